import { create } from 'qrcode';
import { useState } from 'react';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Notice } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './sign-in.module.css';

type Security = AnswerOf<'/v1/session/security'>;
type Begun = AnswerOf<'/v1/session/totp', 'post'>;

/** One-time codes of an authenticator: begun, confirmed by one of them, taken away. */
export function Codes({ security, onChange }: { security: Security; onChange: () => Promise<void> }) {
  const [begun, setBegun] = useState<Begun>();
  const [recoveryCodes, setRecoveryCodes] = useState<string[]>();

  const begin = async ({ password = '' }: Record<string, string>) =>
    setBegun(await take(client.POST('/v1/session/totp', { body: { password } })));
  async function confirm({ code = '' }: Record<string, string>) {
    const answer = await take(client.POST('/v1/session/totp/confirm', { body: { code: code.trim() } }));
    setRecoveryCodes(answer.recoveryCodes);
    setBegun(undefined);
    await onChange();
  }
  async function remove({ password = '' }: Record<string, string>) {
    await client.POST('/v1/session/totp/remove', { body: { password } });
    setRecoveryCodes(undefined);
    toast('You sign in without codes from now on.');
    await onChange();
  }

  return (
    <Card
      title="One-time codes"
      description="A code from an app on your phone, beside the password: a stolen password alone opens nothing."
      action={security.hasTotp ? <Badge tone="good">In force</Badge> : <Badge>Not in force</Badge>}
    >
      <div className="stack">
        {recoveryCodes !== undefined && <RecoveryCodes codes={recoveryCodes} />}
        {security.hasTotp ? (
          <>
            <p>{security.recoveryCodesLeft} of 10 recovery codes are left.</p>
            <PasswordForm label="Sign in without codes" onSubmit={remove} />
          </>
        ) : begun === undefined ? (
          <PasswordForm label="Set up codes" onSubmit={begin} />
        ) : (
          <div className={css['setup']}>
            <QrCode text={begun.url} />
            <div className="stack">
              <p>Scan this with your authenticator, or type the secret into it:</p>
              <code className={css['secret']}>{begun.secret}</code>
              <Form onSubmit={confirm}>
                {({ isPending }) => (
                  <>
                    <TextField
                      name="code"
                      label="The code that it shows"
                      inputMode="numeric"
                      autoComplete="one-time-code"
                      maxLength={10}
                      isRequired
                    />
                    <div>
                      <Button kind="primary" type="submit" isPending={isPending}>
                        Put codes in force
                      </Button>
                    </div>
                  </>
                )}
              </Form>
            </div>
          </div>
        )}
      </div>
    </Card>
  );
}

function PasswordForm({
  label,
  onSubmit,
}: {
  label: string;
  onSubmit: (fields: Record<string, string>) => Promise<unknown>;
}) {
  return (
    <Form onSubmit={onSubmit}>
      {({ isPending }) => (
        <>
          <TextField
            name="password"
            type="password"
            label="Your password, once more"
            autoComplete="current-password"
            isRequired
          />
          <div>
            <Button type="submit" isPending={isPending}>
              {label}
            </Button>
          </div>
        </>
      )}
    </Form>
  );
}

function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  return (
    <Notice tone="warn" title="Keep these recovery codes where your phone is not.">
      <div className="stack">
        <p>Each lets you in once, if the phone is lost. They are shown now and never again.</p>
        <ul className={css['codes']}>
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
    </Notice>
  );
}

/** The squares as one path, since the policy of the pages takes no markup that a library makes. */
function QrCode({ text }: { text: string }) {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const { size, data } = modules;
  const squares = Array.from(data, (isDark, index) =>
    isDark ? `M${index % size} ${Math.floor(index / size)}h1v1h-1z` : '',
  );
  return (
    <svg className={css['qr']} viewBox={`0 0 ${size} ${size}`} role="img" aria-label="Code for your authenticator">
      <path d={squares.join('')} fill="#000000" shapeRendering="crispEdges" />
    </svg>
  );
}
