"""Tables of what people write: passwords behind their names, in addresses and documents, keys of services, numbers with any gap."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from airflow_dre.privacy.masking import HIDDEN, masked

S = "hunter2"
"""The secret, which only its place reveals."""
NAMED = [
    f"password: {S}",
    f"Password: {S}",
    f"token: {S}",
    f"client_secret: {S}",
    f"X-Api-Key: {S}",
    f"x-api-key:{S}",
    f"Ocp-Apim-Subscription-Key: {S}",
    f"passphrase : {S}",
    f"db.password={S}",
    f"DB_PASSWORD={S}",
    f'"password":\n    "{S}"',
    f'"password":\r\n\t"{S}"',
    f'{{""password"": ""{S}""}}',
    f"password='it''s {S}'",
    f'Pwd="a""{S}";Server=db',
    f"IDENTIFIED BY 'a''{S}'",
    f"password -> {S}",
    f"[('user', 'me'), ('password', '{S}')]",
    f"('db_password', '{S}')",
    f'"tokens": ["{S}", "{S}"]',
    f"tokens = '{S}'",
    f"mot de passe : {S}",
    f"jdbc:oracle:thin:scott/{S}@//db:1521/x",
    f"sqlplus -s scott/{S}@//db/x",
    f"export PGPASSWORD={S}",
    f"MYSQL_PASS={S}",
    f"pass: {S}",
    f"pwd={S};Server=db",
    f"Server=db;Pwd={S};Database=x",
    f"PWD={{{S}}}",
    f"secret => {S}",
    f"secret := {S}",
    f"api key: {S}",
    f"API-KEY = {S}",
    f"apikey:{S}",
    f"access key: {S}",
    f"AccountName=a;AccountKey={S};EndpointSuffix=core.windows.net",
    f"SharedAccessKeyName=n;SharedAccessKey={S}",
    f"?sv=2024&sig={S}&se=1",
    f"?X-Amz-Security-Token={S}&x=1",
    f"//registry.npmjs.org/:_authToken={S}",
    f"--password {S}",
    f"--password={S}",
    f"--db-password '{S}'",
    f"-password {S}",
    f"--token {S} --verbose",
    f"--api-key {S}",
    f"curl -u admin:{S} https://x.example",
    f"curl --user admin:{S} https://x.example",
    f"mysql -h db -u root -p{S} shop",
    f"mysqldump -p {S} shop",
    f"sshpass -p {S} ssh host",
    f"redis-cli -h db -a {S}",
    f"machine db login u password {S}",
    f"Authorization: Bearer {S}",
    f"Authorization: Basic {S}",
    f"authorization={S}",
    f'"Authorization": "token {S}"',
    f"Proxy-Authorization: Digest {S}",
    f"Bearer {S}-{S}",
    f"Cookie: session={S}; a=b",
    f"JSESSIONID={S}",
    f"CREATE USER u IDENTIFIED BY '{S}'",
    f"CREATE ROLE u PASSWORD '{S}'",
    f"ALTER USER u WITH PASSWORD '{S}'",
    f"CREATE SECRET (TYPE s3, SECRET '{S}')",
    f"invalid password '{S}'",
    f"<password>{S}</password>",
    f"<db:Password type='text'>{S}</db:Password>",
    f"<clientSecret>\n  {S}\n</clientSecret>",
    f"<password><![CDATA[{S}]]></password>",
    f'<user name="u" password="{S}"/>',
    f'<add key="Password" value="{S}"/>',
    f"<key>token</key><string>{S}</string>",
    f'{{"password": "{S}"}}',
    f'{{"password" : "{S}"}}',
    f'{{"dbPassword":"{S}","x":1}}',
    f'{{"name": "password", "value": "{S}"}}',
    f'{{"password": ["{S}", "{S}2"]}}',
    f'{{"secrets": {{"a": "{S}"}}}}',
    f"{{'password': '{S}'}}",
    f"{{'password': b'{S}'}}",
    f"Login(user='u', password='{S}')",
    f"password=SecretStr('{S}')",
    f'password="a \\" {S}"',
    f"password: 'it''s', note: {S}@x.example",
    f"password: >-\n    {S}\nuser: u",
    f"user: u\n  password: {S}\nhost: h",
    f"[db]\npassword = {S}\n",
    f"refused for user=u password={S} host=h",
    f"connection failed: host=db password: {S}, port 5432",
    f"\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44\uff1a {S}",
    f"pass\u200bword: {S}",
    f"password\u00a0:\u00a0{S}",
    f"password: \u201c{S}\u201d",
    f"Passwort: {S}",
    f"\u043f\u0430\u0440\u043e\u043b\u044c: {S}",
    f"\u5bc6\u7801\uff1a{S}",
    json.dumps({"log": json.dumps({"password": S})}),
    json.dumps(json.dumps(json.dumps({"password": S}))),
    json.dumps(json.dumps({"password": f'a"{S}'})),
    quote(f'{{"password": "{S}"}}'),
    quote(quote(f"password={S}")),
    f"x?q=password%3D{S}%26a",
    f"&lt;password&gt;{S}&lt;/password&gt;",
    f"&quot;password&quot;: &quot;{S}&quot;",
]
LOGINS = [
    f"postgres://u:{S}@db:5432/x",
    f"postgresql+psycopg://u:{S}@db/x",
    f"postgres://u:p/{S}@db:5432/x",
    f"postgres://u:p@{S}@db:5432/x",
    f"postgres://u:p@/{S}@db:5432/x",
    f"postgres://u:p:{S}@db:5432/x",
    f"postgres://u:p {S}@db:5432/x",
    f"postgres://u:p%2F{S}@db:5432/x",
    f"postgres://u:p#{S}@db:5432/x",
    f"postgres://u:p?{S}@db:5432/x",
    f"postgres://u:12/{S}@db:5432/x",
    f"postgres://:{S}@db/x",
    f"redis://:{S}@cache:6379/0",
    f"https://u:{S}@x.example/a?b=c",
    f"https://{S}0123456789abcdef@sentry.example/1",
    f"amqp://u:{S}@mq//vhost",
    f"mongodb+srv://u:{S}@a.example,b.example/x",
    f"cannot open 'mysql://u:{S}@db/x': refused",
    f"u:{S}@tcp(db:3306)/x",
    f"u:{S}@db:3306",
    f"s3://key:{S}@bucket/path",
    f"http%3A%2F%2Fu%3A{S}%40db%2Fx",
]
X = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9nP2rS5uX8"
HEX = "0123456789abcdef0123456789abcdef"
KEYS = {
    "AWS, an id": "AKIA" + "IOSFODNN7EXAMPLE",
    "AWS, a session": "IQoJb3JpZ2lu" + X + X,
    "AWS, an older session": "FwoGZXIvYXdz" + X + X,
    "Google, an API key": "AIza" + X[:35],
    "Google, an access token": "ya29." + X,
    "Google, a refresh token": "1//0" + X,
    "Google, a client secret": "GOCSPX-" + X[:28],
    "Azure, a client secret": "abc8Q~" + X[:34],
    "Azure, a storage key": X + X[:38] + "==",
    "GitHub": "ghp_" + X[:36],
    "GitHub, fine-grained": "github_pat_" + X + "_" + X,
    "GitLab": "glpat-" + X[:20],
    "GitLab, a runner": "glrt-" + X[:20],
    "Slack": "xoxb-" + "123456789012-" + X[:24],
    "Slack, a hook": "https://hooks.slack.com/services/T0/B0/" + X[:24],
    "Discord": "https://discord.com/api/webhooks/123456789012345678/" + X,
    "Teams": "https://x.webhook.office.com/webhookb2/" + X,
    "Stripe": "sk_" + "live_" + X[:24],
    "SendGrid": "SG." + X[:22] + "." + X[:43],
    "Twilio": "SK" + HEX,
    "Mailgun": "key-" + HEX,
    "Mailchimp": HEX + "-us12",
    "Telegram": "123456789:AA" + X[:33],
    "npm": "npm_" + X[:36],
    "PyPI": "pypi-Ag" + X + X[:20],
    "Databricks": "dapi" + HEX,
    "DigitalOcean": "dop_v1_" + HEX + HEX,
    "Hugging Face": "hf_" + X[:34],
    "OpenAI": "sk-" + X,
    "OpenAI, a project": "sk-proj-" + X,
    "Anthropic": "sk-ant-api03-" + X + "-" + X,
    "Groq": "gsk_" + X + X[:4],
    "Vault": "hvs." + X,
    "Shopify": "shpat_" + HEX,
    "Grafana": "glsa_" + X,
    "Docker": "dckr_pat_" + X[:27],
    "Atlassian": "ATATT3" + X,
    "Terraform": X[:14] + ".atlasv1." + X + X[:20],
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0." + X,
    "Fernet": "gAAAAA" + X + X + "==",
    "a login as HTTP sends it": "basic " + base64.b64encode(b"admin:hunter2").decode(),
    "PEM": "-----BEGIN PRIVATE KEY-----\nMIIE" + X + "\n-----END PRIVATE KEY-----",
    "PEM in JSON": json.dumps("-----BEGIN RSA PRIVATE KEY-----\nMIIE" + X + "\n-----END RSA PRIVATE KEY-----\n")[1:-1],
    "OpenSSH": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl" + X + "\n-----END OPENSSH PRIVATE KEY-----",
    "PGP": "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ" + X + "\n-----END PGP PRIVATE KEY BLOCK-----",
}
GAPS = {
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "mark of direction": "\u200e",
    "no-break space": "\u00a0",
    "narrow no-break space": "\u202f",
    "thin space": "\u2009",
    "figure space": "\u2007",
    "hair space": "\u200a",
    "wide space": "\u3000",
    "line break": "\n",
    "line break of Windows": "\r\n",
    "line separator": "\u2028",
    "tab": "\t",
    "full stop": ".",
    "slash": "/",
    "dash": "-",
    "en dash": "\u2013",
    "minus": "\u2212",
    "underscore": "_",
    "full-width stop": "\uff0e",
    "dash and line break": "-\n",
    "JSON of a line break": "\\n",
    "JSON of a space": "\\u00a0",
    "JSON of an invisible one": "\\u200b",
    "JSON in JSON": "\\\\u00a0",
    "space in a URL": "%20",
    "no-break space in XML": "&nbsp;",
    "soft hyphen in XML": "&#173;",
}
NUMBERS = {
    "Visa": "4111{0}1111{0}1111{0}1111",
    "American Express": "3782{0}822463{0}10005",
    "IBAN of Germany": "DE89{0}3704{0}0044{0}0532{0}0130{0}00",
    "IBAN of Great Britain": "GB29{0}NWBK{0}6016{0}1331{0}9268{0}19",
    "full width": "\uff14\uff11\uff11\uff11{0}\uff11\uff11\uff11\uff11{0}\uff11\uff11\uff11\uff11{0}\uff11\uff11\uff11\uff11",
}
EMAILS = [
    "jane@example.com",
    "jane.doe+x@mail.example.co.uk",
    '"jane doe"@example.com',
    "\uff4a\uff41\uff4e\uff45\uff20\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d",
    "jane\uff20example.com",
    "jane@example\u3002com",
    "j\u00f6rg@b\u00fccher.example",
    "jane@xn--bcher-kva.xn--p1ai",
    "\u4f8b@\u4f8b\u3048.\u30c6\u30b9\u30c8",
    "\u0909\u0926\u093e\u0939\u0930\u0923@\u0909\u0926\u093e\u0939\u0930\u0923.\u092a\u0930\u0940\u0915\u094d\u0937\u093e",
    "jane@[192.168.0.1]",
    "ja\u200bne@exam\u00adple.com",
    "jane%40example.com",
    "jane%2540example.com",
    "jane&#64;example.com",
    "jane\\u0040example.com",
]
REST = 4
"""Digits or letters that may be left of what was there."""


@pytest.mark.parametrize("text", [*NAMED, *LOGINS])
def test_a_secret_behind_its_name_is_hidden(text: str) -> None:
    shown = masked(text)
    assert S not in shown
    assert HIDDEN in shown
    assert S not in masked(f"The server answered ({text}) and closed the connection")
    assert masked(shown) == shown


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_is_hidden_wherever_it_is(key: str) -> None:
    for around in ("{}", "cannot use {} here", '"{}"', "({})", "a={},b", "first\n{}\nlast"):
        shown = masked(around.format(key))
        assert X[:20] not in shown
        assert HEX not in shown
        assert HIDDEN in shown
        assert masked(shown) == shown


@pytest.mark.parametrize("gap", GAPS.values(), ids=GAPS)
@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_a_number_is_hidden_with_any_gap(number: str, gap: str) -> None:
    text = number.format(gap)
    for around in ("{}", "the value {} is not in the set", '{{"n": "{}"}}'):
        shown = masked(around.format(text))
        assert shown == around.format(HIDDEN), repr(shown)


@pytest.mark.parametrize("address", EMAILS)
def test_an_address_is_hidden(address: str) -> None:
    for around in ("{}", "mail to {}, please", "<{}>", "first\n{}\nlast"):
        assert masked(around.format(address)) == around.format(HIDDEN)


ORDINARY = [
    "1 of 100 rows (1%) break it, more than 0",
    "token: 5 of 9 rows break it",
    "not_null(password): 5 of 9 rows break it",
    "not_null(password): all rows have one",
    "length(api_key): 3 rows have fewer than 8 characters",
    "unique(token): abc is not unique",
    "password: 12 is not at least 13",
    "password: no value to check",
    "secret: null",
    "token: None",
    "password: the newest row is 3 h old",
    "password: missing",
    "password: required, but not given",
    "2 of 3 values of carrier do not pass: AA: 5 of 9 rows; UA: 3 of 4 rows",
    "the password is wrong",
    "password authentication failed for user",
    "unexpected token: SELECT",
    "syntax error near token: FROM",
    "no such column: orders.secret",
    "column password does not exist",
    'column "password" does not exist',
    "primary_key: orders_pkey",
    "foreign_key(order_id): 3 rows have no parent",
    "Key (order_id)=(12345) already exists",
    "duplicate key value violates unique constraint",
    "sort_key=created_at",
    "--primary-key id",
    "--sort-key created_at",
    "design: three columns",
    "bypass: off",
    "config=prod",
    "assigned = 5",
    "the bearer of this certificate",
    "basic checks passed",
    "Basic auth is off",
    "user: bob",
    "a cookie: two biscuits",
    "docker run -p 8080:80 nginx",
    "psql -p 5432 -U dre",
    "ssh -p 22 host",
    "-u root",
    "c7dfc062-3059-0466-4462-806e8dacfde8",
    "9e107d9d372bb6826bd81d3542a419d6",
    "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "20240101123456",
    "2024-01-01T12:34:56.789012+00:00",
    "2021\n2022\n2023\n2024",
    "1764000000000000",
    "+49 30 1234 5678",
    "10.0.0.1:5432",
    "http://localhost:8080/dags/x?y=1",
    "https://airflow.example.com:8443/plugin/reliability/incidents/7",
    "http://host:8080/path/to@version",
    "s3://bucket/path@v2/part-0000.parquet",
    "postgres://db:5432/shop",
    "postgres://reader@db:5432/shop",
    "file:///data/orders/2026-11-24.csv",
    "jane@localhost",
    "pkg@1.2.3",
    "@task.quality_check",
    "sk-learn",
    "sk-short",
    "hf_hub",
    "npm_config_registry",
    "eyJ",
    "AKIA",
    "SG.eu.example",
    "key-value",
    "main.orders.created_at",
    "SELECT COUNT(*) FROM orders WHERE amount IS NULL",
    "C:\\Users\\name\\data\\orders.csv",
    "a\\nb\\tc",
    "100%25 sure",
    "&lt;no value&gt;",
    "DE89370400440532013001",
    "in 12 of 34 rows",
    "\u6570\u636e\u8868 orders \u7684 3 \u884c",
    "\u200bhidden\u200b",
    "\uff11\uff12 rows",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert masked(text) == text
    assert masked(f"orders: {text}") == f"orders: {text}"


def test_the_tables_are_as_large_as_they_claim_to_be() -> None:
    assert len(NAMED) + len(LOGINS) + len(KEYS) + len(EMAILS) + len(GAPS) * len(NUMBERS) >= 120
    assert len(ORDINARY) >= 60
