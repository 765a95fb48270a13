import { Alert, Button, CloseButton, Dialog, Field, Portal, Textarea } from "@chakra-ui/react";
import { useState } from "react";

import { useResolve } from "../shared/api/queries";
import type { IncidentSummary } from "../shared/api/types";

const LONGEST_NOTE = 2000;

/** The button that resolves an incident by hand, after a note that may stay empty. */
export function ResolveDialog({ incident }: { incident: IncidentSummary }) {
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState("");
  const resolve = useResolve(incident.id);

  const show = (next: boolean) => {
    setOpen(next);
    if (next) resolve.reset();
  };

  return (
    <Dialog.Root onOpenChange={(details) => show(details.open)} open={open} role="dialog" size="md">
      <Dialog.Trigger asChild>
        <Button disabled={resolve.isPending || resolve.isSuccess}>Resolve</Button>
      </Dialog.Trigger>
      <Portal>
        <Dialog.Backdrop />
        <Dialog.Positioner>
          <Dialog.Content>
            <Dialog.Header>
              <Dialog.Title>Resolve this incident?</Dialog.Title>
            </Dialog.Header>
            <Dialog.Body>
              <Dialog.Description color="fg.muted" mb={4}>
                {incident.title}. Everyone who was notified of it is notified that it is over. If the problem occurs again, a new incident opens.
              </Dialog.Description>
              <Field.Root>
                <Field.Label>Note (optional)</Field.Label>
                <Textarea
                  autoresize
                  maxLength={LONGEST_NOTE}
                  onChange={(event) => setNote(event.target.value)}
                  placeholder="What was it, and what was done?"
                  rows={4}
                  value={note}
                />
              </Field.Root>
              {resolve.isError ? (
                <Alert.Root mt={4} status="error">
                  <Alert.Indicator />
                  <Alert.Content>
                    <Alert.Title>It was not resolved</Alert.Title>
                    <Alert.Description>{resolve.error.message}</Alert.Description>
                  </Alert.Content>
                </Alert.Root>
              ) : null}
            </Dialog.Body>
            <Dialog.Footer>
              <Button onClick={() => show(false)} variant="outline">
                Cancel
              </Button>
              <Button
                disabled={resolve.isPending}
                loading={resolve.isPending}
                onClick={() => resolve.mutate(note.trim(), { onSuccess: () => setOpen(false) })}
              >
                Resolve incident
              </Button>
            </Dialog.Footer>
            <Dialog.CloseTrigger asChild>
              <CloseButton size="sm" />
            </Dialog.CloseTrigger>
          </Dialog.Content>
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  );
}
