import { LogOut } from 'lucide-react';
import { client, queryClient } from '../api.ts';
import { useSession } from '../session.tsx';
import { Button } from './button.tsx';
import css from './session-menu.module.css';
import { toast } from './toast.tsx';

/** Who is signed in, and the way out. */
export function SessionMenu() {
  const { name, email, role } = useSession();

  async function signOut() {
    try {
      await client.POST('/v1/session/sign-out');
      // Nothing of what was read stays behind for whoever comes next.
      queryClient.clear();
      window.location.assign('/sign-in');
    } catch (error) {
      toast(error instanceof Error ? error.message : 'Signing out did not work.', 'bad');
    }
  }

  return (
    <div className={css['menu']}>
      <div className={css['who']}>
        <span className={css['name']}>{name ?? email}</span>
        <span className={css['detail']}>{[email, role].filter((part) => part !== null).join(' · ')}</span>
      </div>
      <Button kind="quiet" size="small" icon={<LogOut size={16} aria-hidden="true" />} onPress={() => void signOut()}>
        Sign out
      </Button>
    </div>
  );
}
