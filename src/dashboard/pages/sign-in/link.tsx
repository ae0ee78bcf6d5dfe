import { Building2 } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'react-router';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useArrival } from './arrival.ts';
import css from './sign-in.module.css';

type Choices = AnswerOf<'/v1/sign-in/link', 'post'>['choices'];

/**
 * Where a link leads. It is used up by the button and not by opening the page: mailboxes open links to look for harm, before
 * anybody has read them.
 */
export function LinkPage() {
  const token = useLocation().hash.slice(1);
  const { arrive } = useArrival();
  const [choices, setChoices] = useState<Choices>([]);
  const [error, setError] = useState<unknown>(null);
  const [isPending, setPending] = useState(false);

  async function follow(userId?: string) {
    setPending(true);
    setError(null);
    try {
      const body = { token, ...(userId !== undefined && { userId }) };
      const answer = await take(client.POST('/v1/sign-in/link', { body }));
      if (answer.session !== null) arrive(answer.session);
      else setChoices(answer.choices);
    } catch (thrown) {
      setError(thrown);
      setChoices([]);
    } finally {
      setPending(false);
    }
  }

  const again = <Link to="/sign-in">Ask for a new link</Link>;
  if (token === '') {
    return (
      <div className={css['narrow']}>
        <Page title="This link is not whole" lead="Open it once more from the mail, or copy all of it.">
          <Card>{again}</Card>
        </Page>
      </div>
    );
  }
  return (
    <div className={css['narrow']}>
      {choices.length === 0 ? (
        <Page title="Welcome" lead="You are one step away from your bills.">
          <Card>
            <div className="stack">
              {error !== null && <ErrorState error={error} />}
              {error === null ? (
                <div className={css['whole']}>
                  <Button kind="primary" isPending={isPending} onPress={() => void follow()}>
                    Sign in
                  </Button>
                </div>
              ) : (
                again
              )}
            </div>
          </Card>
        </Page>
      ) : (
        <Page title="Whose bills do you want to see?" lead="Your address belongs to several customers.">
          <Card>
            <div className={css['choices']}>
              {choices.map(({ userId, customerName }) => (
                <Button
                  key={userId}
                  isDisabled={isPending}
                  icon={<Building2 size={18} aria-hidden="true" />}
                  onPress={() => void follow(userId)}
                >
                  {customerName}
                </Button>
              ))}
            </div>
          </Card>
        </Page>
      )}
    </div>
  );
}
