/** What a conversion gives: documents, and in words everything that they do not say. */

/** A Kubernetes object to be written as YAML. */
export interface ConvertedDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Something that was not converted, or not all of it: what, and why. */
export interface Left {
  /** Such as `Boundary "tenants", ingress`. */
  readonly what: string;
  readonly reason: string;
  /** It was converted, and this is different from what it was. */
  readonly converted?: true;
}

export interface Converted {
  readonly documents: readonly ConvertedDocument[];
  readonly left: readonly Left[];
}

/** Several conversions as one. */
export const joined = (parts: readonly Converted[]): Converted => ({
  documents: parts.flatMap(({ documents }) => documents),
  left: parts.flatMap(({ left }) => left),
});
