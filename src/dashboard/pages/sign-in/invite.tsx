import { useState } from 'react';
import { useLocation } from 'react-router';
import { take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import css from './sign-in.module.css';

/** An operator who was invited chooses a password, and signs in by it afterwards. */
export function InvitePage() {
  const token = useLocation().hash.slice(1);
  const [email, setEmail] = useState<string>();

  async function choose({ password = '' }: Record<string, string>) {
    const answer = await take(client.POST('/v1/sign-in/invite', { body: { token, password } }));
    setEmail(answer.email);
  }

  return (
    <div className={css['narrow']}>
      {email === undefined ? (
        <Page title="Choose a password" lead="You have been invited to operate the billing.">
          <Card>
            <Form onSubmit={choose}>
              {({ isPending }) => (
                <>
                  <TextField
                    name="password"
                    type="password"
                    label="Password"
                    help="12 characters or more. A sentence that nobody else says is better than signs that you forget."
                    autoComplete="new-password"
                    isRequired
                  />
                  <div className={css['whole']}>
                    <Button kind="primary" type="submit" isPending={isPending}>
                      Choose it
                    </Button>
                  </div>
                </>
              )}
            </Form>
          </Card>
        </Page>
      ) : (
        <Page title="That is your password">
          <Card>
            <div className="stack" role="status">
              <p>
                Sign in by it as <span className={css['address']}>{email}</span>.
              </p>
              <ButtonLink kind="primary" to="/sign-in/operator">
                Go on to sign in
              </ButtonLink>
            </div>
          </Card>
        </Page>
      )}
    </div>
  );
}
