import { Button, Table, Text } from "@chakra-ui/react";
import { Fragment, useEffect, useRef } from "react";

import type { CheckHistory } from "../shared/api/types";
import { CheckDetail } from "./CheckDetail";
import { OutcomeBadge } from "../shared/components/badges";
import { DataTable } from "../shared/components/DataTable";
import { OutcomeStrip } from "../shared/components/OutcomeStrip";
import { observed } from "../shared/format/values";
import { useTimezone } from "../shared/host";
import { rank } from "../shared/outcomes";
import { RAISED } from "../shared/surface";

const COLUMNS = ["Outcome", "Check", "Expected", "Observed", "Reason", "Last 30 results"];

interface RowProps {
  readonly check: CheckHistory;
  /** Whether the table has checks of other suites too. */
  readonly withSuite: boolean;
  readonly open: boolean;
  readonly toggle: () => void;
}

function Row({ check, withSuite, open, toggle }: RowProps) {
  const { latest, history } = check;
  const panel = `check-${latest.check_id}`;
  const zone = useTimezone();
  const detail = useRef<HTMLTableRowElement>(null);
  const linkedTo = useRef(open);
  useEffect(() => {
    if (linkedTo.current) detail.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <Fragment>
      <Table.Row bg={open ? RAISED : undefined} cursor="pointer" onClick={toggle} _hover={{ bg: RAISED }}>
        <Table.Cell>
          <OutcomeBadge outcome={latest.outcome} />
        </Table.Cell>
        <Table.Cell minW="13rem">
          <Button
            aria-controls={open ? panel : undefined}
            aria-expanded={open}
            color="fg.info"
            h="auto"
            justifyContent="flex-start"
            onClick={(event) => {
              event.stopPropagation();
              toggle();
            }}
            p={0}
            textAlign="start"
            variant="plain"
            whiteSpace="normal"
            _hover={{ textDecoration: "underline" }}
          >
            <Text aria-hidden="true" color="fg.muted" transform={open ? "rotate(90deg)" : undefined} transition="transform 0.15s">
              ›
            </Text>
            {latest.name}
          </Button>
          <Text color="fg.muted" fontSize="xs" ps={4}>
            {latest.dimension}, {latest.severity === "warn" ? "only warns" : "severity error"}
            {withSuite ? `, suite ${latest.suite}` : ""}
          </Text>
        </Table.Cell>
        <Table.Cell>{latest.expected || "–"}</Table.Cell>
        <Table.Cell fontVariantNumeric="tabular-nums" fontWeight="medium">
          {observed(latest, zone)}
        </Table.Cell>
        <Table.Cell maxW="24rem" minW="14rem">
          {latest.reason}
        </Table.Cell>
        <Table.Cell onClick={(event) => event.stopPropagation()}>
          <OutcomeStrip cells={history} what="results" />
        </Table.Cell>
      </Table.Row>
      {open ? (
        <Table.Row id={panel} ref={detail}>
          <Table.Cell colSpan={COLUMNS.length} p={0}>
            <CheckDetail check={check} />
          </Table.Cell>
        </Table.Row>
      ) : null}
    </Fragment>
  );
}

interface Props {
  readonly checks: readonly CheckHistory[];
  /** Id of the check that is open. */
  readonly selected: string | null;
  readonly select: (checkId: string | null) => void;
}

/** The checks of a table, worst first; one may be open. */
export function ChecksTable({ checks, selected, select }: Props) {
  const sorted = [...checks].sort(
    (a, b) => rank(a.latest.outcome) - rank(b.latest.outcome) || a.latest.name.localeCompare(b.latest.name),
  );
  const withSuite = new Set(checks.map(({ latest }) => latest.suite)).size > 1;
  return (
    <DataTable columns={COLUMNS} label="Checks">
      {sorted.map((check) => {
        const { check_id, suite } = check.latest;
        const open = check_id === selected;
        return <Row check={check} key={`${suite}/${check_id}`} open={open} toggle={() => select(open ? null : check_id)} withSuite={withSuite} />;
      })}
    </DataTable>
  );
}
