import { ChevronDown } from 'lucide-react';
import { Button, Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import { Answers } from './answers.tsx';
import { Badge } from './badge.tsx';
import css from './state-words.module.css';
import { plainly, toneOf, useStateWords } from './words.ts';

type StateProps = {
  /** What it is a state of, as `GET /v1/words` names it: `invoice-standing`, `message`. */
  subject: string;
  /** The state, as the API names it. */
  state: string;
};

/** A state by its name, and nothing to press: for rows of tables that lead somewhere themselves. */
export function StateBadge({ subject, state }: StateProps) {
  const words = useStateWords(subject, state);
  return <Badge tone={toneOf(words)}>{words?.label ?? plainly(state)}</Badge>;
}

/**
 * A state by its name. Pressed, it says what happened, what it means for the bill, what is being done and what one can do;
 * to operators what it is and what to do, and what the customer reads.
 */
export function StateWords({ subject, state }: StateProps) {
  const words = useStateWords(subject, state);
  if (words === undefined) return <Badge>{plainly(state)}</Badge>;
  const { label } = words;
  return (
    <DialogTrigger>
      <Button className={css['trigger']} aria-label={`${label}: what this means`}>
        <Badge tone={toneOf(words)}>
          {label}
          <ChevronDown size={14} aria-hidden="true" />
        </Badge>
      </Button>
      <Popover className={css['popover']} placement="bottom start" {...inMain()}>
        <Dialog className={css['dialog']}>
          <Heading slot="title" level={3} className={css['title']}>
            {label}
          </Heading>
          <Answers words={words} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

/** What opens belongs to the page, so it stands among its landmarks for those who go by them. */
function inMain() {
  const main = document.querySelector('main');
  return main === null ? {} : { UNSTABLE_portalContainer: main };
}
