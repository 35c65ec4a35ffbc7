/** What verification can find; codes are stable. */

export type FindingCode =
  /** Text or place of a record is not what its hash says. */
  | 'record.changed'
  | 'record.removed'
  | 'record.inserted'
  | 'record.reordered'
  /** Records at the end of a chain are gone. */
  | 'chain.cut'
  /** A chain is gone as a whole, or is not the one that the next chain follows. */
  | 'chain.missing'
  /** The records hang together and are not those that were signed. */
  | 'chain.rewritten'
  /** More records than a writer leaves without a checkpoint. */
  | 'chain.unsigned'
  | 'checkpoint.signature'
  | 'checkpoint.key'
  | 'checkpoint.missing'
  | 'checkpoint.changed';

/** One thing that is wrong: `seq` names the first record of `writer` that it is about. */
export interface Finding {
  readonly code: FindingCode;
  readonly writer: string;
  readonly seq: number;
  readonly message: string;
}

/** One chain as it was found. */
export interface ChainReport {
  readonly writer: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly lastHash: string;
  readonly records: number;
  /** Up to which seq checkpoints vouch for it. */
  readonly signedThrough: number;
  /** Whether it ends with Stop. */
  readonly closed: boolean;
}

export interface Verification {
  readonly ok: boolean;
  readonly records: number;
  readonly checkpoints: number;
  /** Decisions that gap records say were lost, by reason. */
  readonly gaps: { readonly [reason: string]: number };
  readonly chains: readonly ChainReport[];
  /** In the order of the chains; the first is about the first bad record. At most a hundred. */
  readonly findings: readonly Finding[];
}
