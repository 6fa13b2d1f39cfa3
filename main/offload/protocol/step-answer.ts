/** Mean cross-entropy of a batch, and how many of its samples were right. */
export interface Score {
  readonly loss: number;
  readonly correct: number;
}

/** The answer of the server half to a training step, wherever the half runs and however the answer got here. */
export interface StepAnswer extends Score {
  /**
   * (∂L/∂l_d)_k · m_k, `[samples, height, width, kept maps]` in the order of the request; empty when the client has
   * nothing to train.
   */
  readonly gradient: Float32Array;
}

/** What an answer of a server says of the time it took. */
export interface ServerSeconds {
  /** In the server's computation, and waiting for other sources before it. */
  readonly serverSeconds: number;
  readonly waitSeconds: number;
}
