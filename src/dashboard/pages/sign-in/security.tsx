import { useQuery, useQueryClient } from '@tanstack/react-query';
import { take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { Codes } from './codes.tsx';
import { Sessions } from './sessions.tsx';
import css from './sign-in.module.css';

/** How an operator’s own account is kept: password, one-time codes, where it is signed in. */
export default function SecurityPage() {
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['security'],
    queryFn: ({ signal }) => take(client.GET('/v1/session/security', { signal })),
  });
  const reload = async () => {
    await queries.invalidateQueries({ queryKey: ['security'] });
    await queries.invalidateQueries({ queryKey: ['sessions'] });
  };

  async function changePassword({ current = '', next = '' }: Record<string, string>) {
    const { ended } = await take(client.POST('/v1/session/password', { body: { current, next } }));
    toast(ended === 0 ? 'Your password is changed.' : 'Your password is changed, and you are signed out elsewhere.');
    await reload();
  }

  return (
    <Page title="Your account" lead="How you sign in, and where you are signed in.">
      <div className={css['wide']}>
        <QueryView query={query}>
          {(security) => (
            <>
              {security.hasPassword && (
                <Card title="Password" description="Changing it ends your other sessions.">
                  <Form key={query.dataUpdatedAt} onSubmit={changePassword}>
                    {({ isPending }) => (
                      <>
                        <TextField
                          name="current"
                          type="password"
                          label="The password until now"
                          autoComplete="current-password"
                          isRequired
                        />
                        <TextField
                          name="next"
                          type="password"
                          label="The password from now on"
                          help="12 characters or more"
                          autoComplete="new-password"
                          isRequired
                        />
                        <div>
                          <Button type="submit" isPending={isPending}>
                            Change it
                          </Button>
                        </div>
                      </>
                    )}
                  </Form>
                </Card>
              )}
              {security.hasPassword && <Codes security={security} onChange={reload} />}
            </>
          )}
        </QueryView>
        <Sessions />
      </div>
    </Page>
  );
}
