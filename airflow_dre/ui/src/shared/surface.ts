/** A surface a shade off the page. Chakra's own bg.subtle is nearly black in Airflow's dark mode. */
export const RAISED = { base: "bg.subtle", _dark: "gray.800/40" } as const;
