import { Box, Button } from "@chakra-ui/react";
import { useState } from "react";

import { useFailingRows } from "../shared/api/queries";
import { FailingRowsTable } from "./FailingRowsTable";
import { Loaded } from "../shared/components/states";

function Asked({ resultKey }: { resultKey: string }) {
  return <Loaded query={useFailingRows(resultKey)}>{(found) => <FailingRowsTable found={found} />}</Loaded>;
}

/** The failing rows of a result, requested only when they are opened. */
export function FailingRows({ resultKey }: { resultKey: string }) {
  const [open, setOpen] = useState(false);
  const panel = `rows-${resultKey}`;
  return (
    <Box mt={4}>
      <Button aria-controls={open ? panel : undefined} aria-expanded={open} onClick={() => setOpen(!open)} size="xs" variant="outline">
        {open ? "Hide failing rows" : "Show failing rows"}
      </Button>
      {open ? (
        <Box id={panel} mt={2}>
          <Asked resultKey={resultKey} />
        </Box>
      ) : null}
    </Box>
  );
}
