import { Portal, Tooltip } from "@chakra-ui/react";
import type { ReactElement } from "react";

/** A tooltip that also opens on focus. */
export function Tip({ text, children }: { text: string; children: ReactElement }) {
  return (
    <Tooltip.Root closeDelay={50} lazyMount openDelay={200} unmountOnExit>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Portal>
        <Tooltip.Positioner>
          <Tooltip.Content maxW="lg" wordBreak="break-word">
            {text}
          </Tooltip.Content>
        </Tooltip.Positioner>
      </Portal>
    </Tooltip.Root>
  );
}
