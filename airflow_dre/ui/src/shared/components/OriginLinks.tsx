import { chakra, HStack, Text } from "@chakra-ui/react";

import type { Origin } from "../api/types";
import { originPaths, resultsPath } from "../links";
import { TextLink } from "./TextLink";

/** Dag, run and task as links into Airflow, in that order. */
export function OriginLinks({ origin }: { origin: Origin }) {
  const paths = originPaths(origin);
  const mapped = origin.map_index !== null && origin.map_index >= 0 ? ` [${origin.map_index}]` : "";
  const steps = [
    { name: "Dag", to: paths.dag, text: origin.dag_id },
    { name: "Run", to: paths.run, text: origin.run_id },
    { name: "Task", to: paths.task, text: origin.task_id === null ? null : origin.task_id + mapped },
  ].filter(({ to }) => to !== null);
  if (steps.length === 0) return <Text color="fg.muted">no Dag</Text>;
  return (
    <HStack columnGap={2} rowGap={0} wrap="wrap">
      {steps.map(({ name, to, text }, index) => (
        <chakra.span key={name}>
          {index > 0 ? (
            <chakra.span aria-hidden="true" color="fg.subtle" mr={2}>
              ›
            </chakra.span>
          ) : null}
          <TextLink aria-label={`${name} ${text}`} to={to ?? ""} wordBreak="break-all">
            {text}
          </TextLink>
        </chakra.span>
      ))}
    </HStack>
  );
}

/** A link to the results of the task instance, or nothing where no task is named. */
export function ResultsLink({ origin, children = "results" }: { origin: Origin; children?: string }) {
  const to = resultsPath(origin);
  if (to === null) return null;
  return (
    <TextLink aria-label={`${children} of ${origin.task_id}, run ${origin.run_id}`} to={to}>
      {children}
    </TextLink>
  );
}
