import type { Dataset } from "../api/types";
import { tablePath } from "../links";
import { TextLink } from "./TextLink";
import { Tip } from "./Tip";

export const fullName = (dataset: Dataset): string => `${dataset.namespace}/${dataset.name}`;

/** The short name of a table; its OpenLineage name is the tooltip. */
export function DatasetLink({ dataset }: { dataset: Dataset }) {
  return (
    <Tip text={fullName(dataset)}>
      <TextLink fontWeight="medium" to={tablePath(dataset)}>
        {dataset.short_name}
      </TextLink>
    </Tip>
  );
}
