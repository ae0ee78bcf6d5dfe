import { CircleHelp } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import css from './tooltip.module.css';

/** Explains a word where it stands. It opens by a press too, since a finger cannot point at something without one. */
export function Explain({ about, children }: { about: string; children: ReactNode }) {
  return (
    <DialogTrigger>
      <Button className={css['help']} aria-label={`What is ${about}?`}>
        <CircleHelp size={16} aria-hidden="true" />
      </Button>
      <Popover className={css['popover']} placement="top">
        <Dialog className={css['text']} aria-label={about}>
          {children}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
