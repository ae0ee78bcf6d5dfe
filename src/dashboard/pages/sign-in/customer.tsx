import { useQuery } from '@tanstack/react-query';
import { MailCheck } from 'lucide-react';
import { useState } from 'react';
import { Link, Navigate } from 'react-router';
import { take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useSession } from '../../session.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { Notice } from '../../ui/states.tsx';
import { useArrival } from './arrival.ts';
import css from './sign-in.module.css';

/** A customer says its address, and finds a link in its mailbox. There is no password to forget. */
export function CustomerSignIn() {
  const session = useSession();
  const { addressOf } = useArrival();
  const [sentTo, setSentTo] = useState<string>();
  const ways = useQuery({
    queryKey: ['sign-in'],
    queryFn: ({ signal }) => take(client.GET('/v1/sign-in', { signal })),
  });
  if (session.kind !== null) return <Navigate to={addressOf(session.kind)} replace />;

  async function send({ email = '' }: Record<string, string>) {
    await client.POST('/v1/sign-in/email', { body: { email } });
    setSentTo(email);
  }

  return (
    <div className={css['narrow']}>
      {sentTo === undefined ? (
        <Page title="Sign in" lead="We send you a link by e-mail. You need no password.">
          {ways.data?.mail === false && (
            <Notice tone="warn" title="No mails are sent from here at the moment.">
              Ask the company that bills you for a link.
            </Notice>
          )}
          <Card>
            <Form onSubmit={send}>
              {({ isPending }) => (
                <>
                  <TextField
                    name="email"
                    type="email"
                    label="Your e-mail address"
                    autoComplete="email"
                    isRequired
                    autoFocus
                  />
                  <div className={css['whole']}>
                    <Button kind="primary" type="submit" isPending={isPending}>
                      Send me a link
                    </Button>
                  </div>
                </>
              )}
            </Form>
          </Card>
        </Page>
      ) : (
        <Page title="Look into your mailbox">
          <Card>
            <div className="stack" role="status">
              <MailCheck size={28} aria-hidden="true" />
              <p>
                If somebody signs in by <span className={css['address']}>{sentTo}</span>, a link is on its way there. It
                works once, for 15 minutes.
              </p>
              <p className="muted">Nothing there? Look among the unwanted mails, or check the address.</p>
              <div>
                <Button onPress={() => setSentTo(undefined)}>Use another address</Button>
              </div>
            </div>
          </Card>
        </Page>
      )}
      <p className={css['aside']}>
        You work for the company that sends the bills? <Link to="/sign-in/operator">Sign in as an operator</Link>
      </p>
    </div>
  );
}
