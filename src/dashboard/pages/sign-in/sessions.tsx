import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { browserZone, When } from '../../ui/format.tsx';
import { QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './sign-in.module.css';

type Session = ItemOf<'/v1/sessions'>;

/** Where one is signed in, with a way to end what one does not know. */
export function Sessions() {
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => take(client.GET('/v1/sessions', { signal })),
  });

  async function end(call: () => Promise<unknown>) {
    try {
      await call();
      toast('It is signed out there, within five seconds.');
    } catch (error) {
      toast(error instanceof Error ? error.message : 'It could not be ended.', 'bad');
    }
    await queries.invalidateQueries({ queryKey: ['sessions'] });
  }
  const endOne = (id: string) => end(() => client.DELETE('/v1/sessions/{id}', { params: { path: { id } } }));

  return (
    <Card title="Where you are signed in" description="End what you do not know, then change your password.">
      <QueryView query={query}>
        {({ data }) => (
          <div className="stack">
            <ul className={css['sessions']}>
              {data.map((session) => (
                <li key={session.id}>
                  <div className="stack-tight">
                    <span>
                      <strong>{browserOf(session)}</strong> {session.isThis && <Badge tone="good">This browser</Badge>}
                    </span>
                    <span className="muted">
                      Used last <When at={session.seenAt} zone={browserZone()} />
                    </span>
                  </div>
                  {!session.isThis && (
                    <Button size="small" onPress={() => void endOne(session.id)}>
                      End it
                    </Button>
                  )}
                </li>
              ))}
            </ul>
            {data.length > 1 && (
              <div>
                <Button onPress={() => void end(() => client.POST('/v1/sessions/end-others'))}>End all others</Button>
              </div>
            )}
          </div>
        )}
      </QueryView>
    </Card>
  );
}

const browsers = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari'] as const;
const systems = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac OS', 'Linux'] as const;
const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS': 'Mac' };

/** "Firefox on Linux": as much as helps to know it again. */
function browserOf({ userAgent }: Session): string {
  const find = (words: readonly string[]) => {
    const word = words.find((each) => userAgent?.includes(each));
    return word && (names[word] ?? word);
  };
  const browser = find(browsers) ?? 'A browser';
  const system = find(systems);
  return system === undefined ? browser : `${browser} on ${system}`;
}
