import { ButtonLink } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { Empty } from '../ui/states.tsx';

/** For an address that leads nowhere; the server sends it with the status 404. */
export function NotFound() {
  return (
    <Page title="There is no such page">
      <Empty
        title="The address leads nowhere"
        action={
          <ButtonLink to="/" kind="primary">
            Go to the overview
          </ButtonLink>
        }
      >
        It may have been typed wrong, or what it showed is no longer there.
      </Empty>
    </Page>
  );
}
