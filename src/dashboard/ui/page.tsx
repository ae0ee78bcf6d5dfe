import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation, useNavigationType } from 'react-router';
import css from './page.module.css';

type PageProps = {
  /** The heading, and the name of the browser's tab. */
  title: string;
  /** Beside the title: a state. */
  badge?: ReactNode;
  /** A sentence on what is here. */
  lead?: ReactNode;
  /** Above the title: where this page belongs. */
  back?: ReactNode;
  /** What can be done here. */
  actions?: ReactNode;
  children?: ReactNode;
};

let shownPath: string | undefined;

/**
 * The frame of every page: title, tab name, actions. When one page follows another without a load, the heading takes
 * the focus, so that a keyboard goes on from there and a screen reader says where it is.
 */
export function Page({ title, badge, lead, back, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  const arrival = useNavigationType();

  useEffect(() => {
    document.title = `${title} · Billing`;
  }, [title]);

  useEffect(() => {
    const isAnother = shownPath !== undefined && shownPath !== pathname;
    shownPath = pathname;
    if (!isAnother) return;
    if (arrival === 'PUSH') window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [pathname, arrival]);

  return (
    <div className={css['page']}>
      <header className={css['header']}>
        {back !== undefined && <div className={css['back']}>{back}</div>}
        <div className={css['titles']}>
          <div className={css['heading']}>
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {badge}
          </div>
          {actions !== undefined && <div className={css['actions']}>{actions}</div>}
        </div>
        {lead !== undefined && <p className={css['lead']}>{lead}</p>}
      </header>
      {children}
    </div>
  );
}
