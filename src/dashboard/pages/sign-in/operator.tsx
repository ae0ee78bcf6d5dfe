import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, Navigate, useSearchParams } from 'react-router';
import { take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useSession } from '../../session.tsx';
import { Button, ButtonAnchor } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { Notice } from '../../ui/states.tsx';
import { useArrival } from './arrival.ts';
import css from './sign-in.module.css';

type Typed = { email: string; password: string };

/** An operator says address and password, and a code where the account asks for one. */
export function OperatorSignIn() {
  const session = useSession();
  const [query] = useSearchParams();
  const { addressOf, arrive } = useArrival();
  // Kept until the code is typed: the two are sent together.
  const [typed, setTyped] = useState<Typed>();
  const ways = useQuery({
    queryKey: ['sign-in'],
    queryFn: ({ signal }) => take(client.GET('/v1/sign-in', { signal })),
  });
  if (session.kind !== null) return <Navigate to={addressOf(session.kind)} replace />;

  async function enter(fields: Record<string, string>) {
    const { email, password } = typed ?? { email: fields['email'] ?? '', password: fields['password'] ?? '' };
    const code = fields['code']?.trim();
    const body = { email, password, ...(code !== undefined && code !== '' && { code }) };
    const answer = await take(client.POST('/v1/sign-in/operator', { body }));
    if (answer.session !== null) arrive(answer.session);
    else setTyped({ email, password });
  }

  return (
    <div className={css['narrow']}>
      {typed === undefined ? (
        <Page title="Sign in as an operator">
          {query.get('refused') !== null && (
            <Notice tone="bad" title="Your provider’s sign-in was not accepted.">
              Ask an admin whether you have access here, by the e-mail address that the provider knows.
            </Notice>
          )}
          <Card>
            <Form key="password" onSubmit={enter}>
              {({ isPending }) => (
                <>
                  <TextField
                    name="email"
                    type="email"
                    label="E-mail address"
                    autoComplete="username"
                    isRequired
                    autoFocus
                  />
                  <TextField
                    name="password"
                    type="password"
                    label="Password"
                    autoComplete="current-password"
                    isRequired
                  />
                  <div className={css['whole']}>
                    <Button kind="primary" type="submit" isPending={isPending}>
                      Sign in
                    </Button>
                  </div>
                </>
              )}
            </Form>
            {ways.data?.oidc === true && (
              <div className="stack">
                <p className={css['or']}>or</p>
                <div className={css['whole']}>
                  <ButtonAnchor href="/v1/sign-in/oidc">Sign in with your organisation</ButtonAnchor>
                </div>
              </div>
            )}
          </Card>
        </Page>
      ) : (
        <Page title="One more step" lead="Type the code that your authenticator shows, or a recovery code.">
          <Card>
            <Form key="code" onSubmit={enter}>
              {({ isPending }) => (
                <>
                  <TextField
                    name="code"
                    label="Code"
                    autoComplete="one-time-code"
                    maxLength={40}
                    isRequired
                    autoFocus
                  />
                  <div className="row">
                    <Button kind="primary" type="submit" isPending={isPending}>
                      Sign in
                    </Button>
                    <Button kind="quiet" onPress={() => setTyped(undefined)}>
                      Back
                    </Button>
                  </div>
                </>
              )}
            </Form>
          </Card>
        </Page>
      )}
      <p className={css['aside']}>
        You came to see your bills? <Link to="/sign-in">Sign in as a customer</Link>
      </p>
    </div>
  );
}
