import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Button, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import css from './dialog.module.css';

type DialogProps = {
  title: string;
  /** A button that opens it; without one, `isOpen` and `onOpenChange` say when. */
  trigger?: ReactNode;
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
  /** From the side, as wide as a phone: for what is read beside the page. */
  side?: boolean;
  children: ReactNode | ((close: () => void) => ReactNode);
};

/** Stands before the page and keeps the focus until it is closed; on a phone it comes from below. */
export function Dialog({ title, trigger, isOpen, onOpenChange, side = false, children }: DialogProps) {
  const overlay = (
    <ModalOverlay
      className={css['overlay']}
      isDismissable
      {...(trigger === undefined && isOpen !== undefined && { isOpen })}
      {...(trigger === undefined && onOpenChange !== undefined && { onOpenChange })}
    >
      <Modal className={`${css['modal']} ${side ? css['side'] : ''}`}>
        <AriaDialog className={css['dialog']}>
          {({ close }) => (
            <>
              <header className={css['header']}>
                <Heading slot="title" className={css['title']}>
                  {title}
                </Heading>
                <Button className={css['close']} aria-label="Close" onPress={close}>
                  <X size={20} aria-hidden="true" />
                </Button>
              </header>
              <div className={css['content']}>{typeof children === 'function' ? children(close) : children}</div>
            </>
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
  if (trigger === undefined) return overlay;
  return (
    <DialogTrigger {...(isOpen !== undefined && { isOpen })} {...(onOpenChange !== undefined && { onOpenChange })}>
      {trigger}
      {overlay}
    </DialogTrigger>
  );
}
