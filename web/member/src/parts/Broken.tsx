import { Component, type ReactNode } from "react";

import { Failed } from "./Failed";

interface State {
  problem: unknown;
}

/** A page that broke, or whose piece did not come over the network: what is around it stays, and it can be tried again. */
export class Broken extends Component<{ at: string; children: ReactNode }, State> {
  override state: State = { problem: null };

  static getDerivedStateFromError(problem: unknown): State {
    return { problem };
  }

  override componentDidUpdate(before: { at: string }): void {
    if (before.at !== this.props.at && this.state.problem !== null) this.setState({ problem: null });
  }

  override render(): ReactNode {
    if (this.state.problem === null) return this.props.children;
    return <Failed problem={this.state.problem} again={() => location.reload()} />;
  }
}
