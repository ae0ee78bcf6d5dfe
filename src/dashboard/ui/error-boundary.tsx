import { Component, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Empty } from './states.tsx';

/**
 * Keeps a page that fails from taking the shell with it. The usual cause is a release: the file of a page that was not
 * opened yet is gone, and a load brings the new one.
 */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Empty
        title="This page could not be shown"
        action={
          <Button kind="primary" onPress={() => window.location.reload()}>
            Load it again
          </Button>
        }
      >
        There may be a newer version of it. Nothing that you did is lost.
      </Empty>
    );
  }
}
