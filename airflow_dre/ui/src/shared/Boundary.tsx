import { Alert, Box, Button } from "@chakra-ui/react";
import { Component, type ReactNode } from "react";

interface State {
  readonly error: Error | null;
}

/** Airflow has no error boundary around a plugin: without this one an error here would replace its whole page. */
export class Boundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Box p={4}>
        <Alert.Root alignItems="flex-start" status="error">
          <Alert.Indicator />
          <Alert.Content>
            <Alert.Title>Data Reliability could not be shown</Alert.Title>
            <Alert.Description>{error.message}. After an upgrade, loading the page again helps.</Alert.Description>
            <Button mt={3} onClick={() => globalThis.location.reload()} size="sm" variant="outline" w="fit-content">
              Load again
            </Button>
          </Alert.Content>
        </Alert.Root>
      </Box>
    );
  }
}
