import { chakra } from "@chakra-ui/react";

import { absolute, relative } from "../format/time";
import { useNow } from "../format/useNow";
import { useTimezone } from "../host";
import { Tip } from "./Tip";

/** "3 h ago", with the exact time in the user's zone as its tooltip. */
export function Ago({ at }: { at: string }) {
  const exact = absolute(at, useTimezone());
  return (
    <Tip text={exact}>
      <chakra.time dateTime={at} tabIndex={0} whiteSpace="nowrap">
        {relative(at, useNow())}
      </chakra.time>
    </Tip>
  );
}

/** The exact time in the user's zone. */
export function At({ at }: { at: string }) {
  return (
    <chakra.time dateTime={at} fontVariantNumeric="tabular-nums" whiteSpace="nowrap">
      {absolute(at, useTimezone())}
    </chakra.time>
  );
}
