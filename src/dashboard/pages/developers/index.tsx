import { Page } from '../../ui/page.tsx';

export default function DevelopersPage() {
  return <Page title="Developers" />;
}
