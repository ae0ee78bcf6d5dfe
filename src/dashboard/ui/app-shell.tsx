import { useQuery } from '@tanstack/react-query';
import { Menu } from 'lucide-react';
import { type ReactNode, Suspense, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { Link, NavLink, useLocation } from 'react-router';
import { take } from '../../client/index.ts';
import { client } from '../api.ts';
import type { NavigationItem } from '../navigation.ts';
import { useSession } from '../session.tsx';
import css from './app-shell.module.css';
import { Dialog } from './dialog.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { SessionMenu } from './session-menu.tsx';
import { Skeleton } from './states.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

type AppShellProps = {
  name: string;
  home: string;
  navigation: readonly NavigationItem[];
  /** An operator looks at a customer's pages. */
  viewing?: { back: string; customerId: string };
  children: ReactNode;
};

/** How many of the pages have room at the bottom of a phone; the menu beside them has all. */
const atTheBottom = 4;

/** What stands around every page: the ways to the others, who is signed in, and the place where pages appear. */
export function AppShell({ name, home, navigation, viewing, children }: AppShellProps) {
  const { pathname } = useLocation();
  const session = useSession();
  const hasPages = navigation.length > 0;
  return (
    <div className={`${css['shell']} ${hasPages ? css['withPages'] : ''}`}>
      <a className={css['skip']} href="#main">
        Skip to the page
      </a>
      <header className={css['top']}>
        <Link to={home} className={css['brand']}>
          <Mark />
          {name}
        </Link>
        {!hasPages && <ThemeSwitch />}
      </header>
      {hasPages && (
        <aside className={css['side']}>
          <Link to={home} className={css['brand']}>
            <Mark />
            {name}
          </Link>
          <nav aria-label="Pages" className={css['nav']}>
            {navigation.map((item) => (
              <NavigationLink key={item.to} item={item} />
            ))}
          </nav>
          <div className={css['foot']}>
            <ThemeSwitch />
            {session.kind !== null && <SessionMenu />}
          </div>
        </aside>
      )}
      <main id="main" tabIndex={-1} className={css['main']}>
        {viewing !== undefined && <Viewing {...viewing} />}
        <ErrorBoundary key={pathname}>
          <Suspense fallback={<Skeleton lines={8} label="Loading the page" />}>{children}</Suspense>
        </ErrorBoundary>
      </main>
      {hasPages && <BottomBar navigation={navigation} key={pathname} />}
    </div>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <path d="M9 8h8.2a8 8 0 0 1 0 16H9zm3.6 3.4v9.2h4.4a4.6 4.6 0 0 0 0-9.2z" fill="var(--on-accent)" />
    </svg>
  );
}

function NavigationLink({ item: { to, label, icon: Icon, end = false } }: { item: NavigationItem }) {
  return (
    <NavLink to={to} end={end} className={css['link']}>
      <Icon size={18} aria-hidden="true" />
      {label}
    </NavLink>
  );
}

/** Closes its menu when a page is opened, since it is made anew for each. */
function BottomBar({ navigation }: { navigation: readonly NavigationItem[] }) {
  const [isOpen, setOpen] = useState(false);
  const session = useSession();
  return (
    <div className={css['bottom']}>
      <nav aria-label="Main pages" className={css['bottomLinks']}>
        {navigation.slice(0, atTheBottom).map(({ to, label, icon: Icon, end = false }) => (
          <NavLink key={to} to={to} end={end} className={css['bottomLink']}>
            <Icon size={20} aria-hidden="true" />
            {label}
          </NavLink>
        ))}
      </nav>
      <AriaButton className={css['bottomLink']} onPress={() => setOpen(true)}>
        <Menu size={20} aria-hidden="true" />
        Menu
      </AriaButton>
      <Dialog title="Menu" isOpen={isOpen} onOpenChange={setOpen}>
        <div className="stack">
          <nav aria-label="Pages" className={css['nav']}>
            {navigation.map((item) => (
              <NavigationLink key={item.to} item={item} />
            ))}
          </nav>
          <ThemeSwitch />
          {session.kind !== null && <SessionMenu />}
        </div>
      </Dialog>
    </div>
  );
}

/** Tells an operator whose pages these are. */
function Viewing({ back, customerId }: { back: string; customerId: string }) {
  const { data } = useQuery({
    queryKey: ['customer', customerId],
    queryFn: ({ signal }) => take(client.GET('/v1/customers/{id}', { params: { path: { id: customerId } }, signal })),
  });
  return (
    <p className={css['viewing']}>
      <span>
        You see what <strong>{data?.name ?? 'this customer'}</strong> sees. Nothing can be changed from here, and each
        look is written into the audit trail.
      </span>
      <Link to={back}>Back to operations</Link>
    </p>
  );
}
