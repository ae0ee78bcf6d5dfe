import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { ExternalLink, ScrollText } from 'lucide-react';
import { createContext, type ReactNode, useContext, useState } from 'react';
import { useMay, useSession } from '../../../session.tsx';
import { Button, ButtonAnchor, ButtonLink } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import { Notice } from '../../../ui/states.tsx';
import css from './action.module.css';

/** What became of an action: a sentence, and where it can be followed. */
export type Outcome = {
  text: ReactNode;
  /** `warn` where only a part was done. */
  tone?: 'good' | 'warn';
  workflowUrl?: string | null;
  /** The chain that tells of it. */
  audit?: { kind: string; id: string };
};

export type Given = {
  reason: string;
  fields: Record<string, string>;
  /** Made when the dialog was opened: sent twice, by a press or by a network, it is the same order. */
  id: string;
};

type ActionProps = {
  /** What the button says. */
  label: string;
  /** What the dialog asks: `Release this draft?` */
  title: string;
  /** What will happen, in a sentence or two. */
  what: ReactNode;
  /** What the button inside of the dialog says; the label unless said otherwise. */
  confirm?: string;
  kind?: 'primary' | 'secondary' | 'quiet' | 'danger';
  size?: 'normal' | 'small';
  icon?: ReactNode;
  /** What a role needs for it. */
  scope: string;
  /** Why it cannot be done now; the button is off and says so. */
  unavailable?: string | undefined;
  /** Fields beside the reason, by the names that `run` is told. */
  fields?: ReactNode;
  /** Carries it out. What it throws is shown in the dialog, which stays open. */
  run: (given: Given) => Promise<Outcome>;
  /** What was read before and is not so any more. */
  changes: readonly QueryKey[];
};

/** The reason in the form of the header that may go beside any request. */
export function because(reason: string): { 'durabill-reason': string } {
  return { 'durabill-reason': encodeURIComponent(reason) };
}

/**
 * A button that changes something: says what will happen, asks why, shows what became of it, and leads to the workflow and to the
 * entry in the audit trail.
 */
export function Action({ label, kind = 'secondary', size = 'normal', icon, ...rest }: ActionProps) {
  const role = useSession().role ?? 'this';
  const isAllowed = useMay(rest.scope);
  const [isOpen, setOpen] = useState(false);
  const why = isAllowed ? rest.unavailable : `The role “${role}” may look at this, and not change it.`;
  if (why !== undefined) {
    return (
      <span title={why} className={css['off']}>
        <Button kind={kind} size={size} icon={icon} isDisabled>
          {label}
        </Button>
        <span className="sr-only">{why}</span>
      </span>
    );
  }
  return (
    <>
      <Button kind={kind} size={size} icon={icon} onPress={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog title={rest.title} isOpen={isOpen} onOpenChange={setOpen}>
        {(close) => <Steps {...rest} label={rest.confirm ?? label} kind={kind} close={close} />}
      </Dialog>
    </>
  );
}

type StepsProps = Omit<ActionProps, 'title' | 'scope' | 'unavailable' | 'size' | 'icon'> & { close: () => void };

function Steps({ label, what, kind, fields, run, changes, close }: StepsProps) {
  const queries = useQueryClient();
  const show = useContext(OutcomeContext);
  const [id] = useState(() => crypto.randomUUID());

  async function submit({ reason = '', ...given }: Record<string, string>) {
    const outcome = await run({ reason: reason.trim(), fields: given, id });
    close();
    show(outcome);
    await Promise.all(changes.map((queryKey) => queries.invalidateQueries({ queryKey })));
  }

  return (
    <Form onSubmit={submit}>
      {({ isPending }) => (
        <>
          <div className={css['what']}>{what}</div>
          {fields}
          <TextField
            name="reason"
            label="Why"
            help="It stays in the audit trail with your name. Name no person in it."
            isRequired
            maxLength={500}
            rows={2}
            autoFocus={fields === undefined}
          />
          <div className="row">
            <Button type="submit" kind={kind === 'danger' ? 'danger' : 'primary'} isPending={isPending}>
              {label}
            </Button>
            <Button kind="quiet" onPress={close}>
              Cancel
            </Button>
          </div>
        </>
      )}
    </Form>
  );
}

const OutcomeContext = createContext<(outcome: Outcome) => void>(() => undefined);

/**
 * Shows what became of actions. Around all pages, since the button that was pressed is often gone by then: what it offered is
 * done, and the list that it stood in is read anew.
 */
export function OutcomeProvider({ children }: { children: ReactNode }) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const close = () => setOutcome(null);
  return (
    <OutcomeContext.Provider value={setOutcome}>
      {children}
      <Dialog title="Done" isOpen={outcome !== null} onOpenChange={close}>
        {outcome !== null && (
          <div className="stack">
            <OutcomeView outcome={outcome} leave={close} />
            <div className="row">
              <Button kind="primary" onPress={close} autoFocus>
                Go on
              </Button>
            </div>
          </div>
        )}
      </Dialog>
    </OutcomeContext.Provider>
  );
}

/** What became of it, with the ways on. */
function OutcomeView({
  outcome: { text, tone = 'good', workflowUrl, audit },
  leave,
}: {
  outcome: Outcome;
  leave: () => void;
}) {
  return (
    <div className="stack" role="status">
      <Notice tone={tone}>{text}</Notice>
      <div className="row">
        <WorkflowLink url={workflowUrl ?? null} />
        {audit !== undefined && (
          <ButtonLink
            size="small"
            icon={<ScrollText size={16} aria-hidden="true" />}
            to={`/operations/audit?kind=${audit.kind}&subject=${audit.id}`}
            onClick={leave}
          >
            Audit entry
          </ButtonLink>
        )}
      </div>
    </div>
  );
}

/** To the workflow in the Temporal Web UI; nothing where none is configured. */
export function WorkflowLink({ url, label = 'In Temporal' }: { url: string | null; label?: string }) {
  if (url === null) return null;
  return (
    <ButtonAnchor size="small" href={url} newTab icon={<ExternalLink size={16} aria-hidden="true" />}>
      {label}
    </ButtonAnchor>
  );
}
