import { chakra, Text } from "@chakra-ui/react";

import type { IncidentDetail } from "../shared/api/types";
import { plural } from "../shared/format/words";
import { safeUrl } from "../shared/links";
import { Section } from "../shared/components/Shell";
import { TextLink } from "../shared/components/TextLink";

/** An address of a Dag author: a link where a browser may open it, and text otherwise. */
function Runbook({ address }: { address: string }) {
  const url = safeUrl(address);
  if (url === null) return <>{address}</>;
  return (
    <chakra.a color="fg.info" href={url} rel="noopener noreferrer" target="_blank" wordBreak="break-all">
      {address}
    </chakra.a>
  );
}

/** The path of a page of Airflow out of its address, for a link that keeps the page loaded. */
const pathOf = (address: string): string => {
  const base = new URL(document.baseURI).pathname.replace(/\/$/, "");
  const { pathname, search } = new URL(address, document.baseURI);
  return (pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname) + search;
};

/** Why the incident is there, who can help, and where to look next. */
export function Reasons({ detail }: { detail: IncidentDetail }) {
  const { incident, log_url } = detail;
  const { broken_checks: broken, checks, owner, reasons, runbook_url } = incident;
  const more = broken === null ? 0 : broken - reasons.length;
  const title = broken === null || checks === null ? "Why" : `Why: ${broken} of ${plural(checks, "check", "checks")} broken`;
  if (reasons.length === 0 && owner === null && runbook_url === null && log_url === null) return null;
  return (
    <Section title={title}>
      {reasons.length > 0 ? (
        <chakra.ul aria-label="Reasons" listStylePosition="inside" mb={2} whiteSpace="pre-wrap" wordBreak="break-word">
          {reasons.map((reason, index) => (
            <li key={`${index}-${reason}`}>{reason}</li>
          ))}
        </chakra.ul>
      ) : null}
      {more > 0 ? <Text color="fg.muted">and {plural(more, "more check", "more checks")}</Text> : null}
      <chakra.div columnGap={6} display="flex" flexWrap="wrap" fontSize="sm" rowGap={1}>
        {owner === null ? null : <span>Owner: {owner}</span>}
        {runbook_url === null ? null : (
          <span>
            Runbook: <Runbook address={runbook_url} />
          </span>
        )}
        {log_url === null ? null : <TextLink to={pathOf(log_url)}>Task log</TextLink>}
      </chakra.div>
    </Section>
  );
}
