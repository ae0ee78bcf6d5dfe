import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Notice } from '../../ui/states.tsx';
import css from './developers.module.css';

/** A secret that the server tells once, with the means to take it along. */
export function SecretOnce({ name, secret, onDone }: { name: string; secret: string; onDone: () => void }) {
  return (
    <div className="stack">
      <Notice tone="warn" title="Copy it now">
        This is the only time that it is shown. Keep it where your other secrets are, and never in a page or a
        repository.
      </Notice>
      <div className={css['secret']}>
        <code>{secret}</code>
        <CopyButton text={secret} label={`Copy ${name.toLowerCase()}`} />
      </div>
      <div className="row">
        <Button kind="primary" onPress={onDone}>
          I have it
        </Button>
      </div>
    </div>
  );
}
