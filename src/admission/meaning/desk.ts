/** Answers the questions of one request: each once, paid for every time it is asked, within one counted budget. */
import type { ExtensionAnswer } from '../../cel/evaluation/frame.ts';
import { toJson } from '../../cel/json.ts';
import type { Value } from '../../cel/values/value.ts';
import { settingOf } from '../../boundary/judge.ts';
import type { PolicyWorld } from '../../boundary/judge.ts';
import type { PolicySetting } from '../../boundary/policyFlows.ts';
import { RuleSet } from '../../boundary/ruleSet.ts';
import type { Budget } from '../../netpol/cover.ts';
import { draw } from '../allowance.ts';
import type { Allowance } from '../allowance.ts';
import { Refusal, tooComplex } from './refusal.ts';
import { type Subject, mostValues, readSubject, sizeOf } from './subject.ts';

/** What the answers may look at. */
export interface MeaningSources extends PolicyWorld, Allowance {
  /** The namespace of the request, for policies that name none. */
  readonly namespace: string;
  /** Whether the rules in force are known: to single expressions on the command line they are not. */
  readonly bounded: boolean;
}

/** Answers one question; what it does beyond reading its arguments it charges to the desk. */
export type Body = (desk: Desk, values: readonly Value[]) => Value | Refusal;

/** An answer with its price: the same question costs the same again, so that what an expression costs depends on nothing but itself. */
interface Answered {
  readonly value: Value | Refusal;
  readonly units: number;
}

/** Units of cost: of a value that is read, a flow that is looked at, a split node. None takes longer than fifty nanoseconds a unit. */
const prices = { value: 8, flow: 40, node: 200 };

/** The questions of one request. */
export class Desk {
  readonly sources: MeaningSources;
  readonly budget: Budget;
  readonly #answers = new Map<string, Answered>();
  readonly #subjects = new Map<Value, Subject | Refusal>();
  readonly #objects = new Map<Value, { readonly ordinal: number; readonly size: number }>();
  #flows = 0;

  constructor(sources: MeaningSources) {
    this.sources = sources;
    this.budget = draw(sources);
  }

  /** Asks a question by the name of its function. */
  answer(
    name: string,
    body: Body,
    values: readonly Value[],
    pay: (units: number) => boolean,
  ): ExtensionAnswer {
    const size = values.reduce<number>((sum, value) => sum + this.#known(value).size, 0);
    if (size > mostValues) return told(name, tooComplex);
    const key = [name, ...values.map((value) => this.#textOf(value))].join('\n');
    const known = this.#answers.get(key);
    if (known !== undefined) {
      pay(known.units);
      return told(name, known.value);
    }
    if (!pay(size * prices.value)) return told(name, tooComplex);
    this.#flows = 0;
    const before = this.budget.left;
    const value = body(this, values);
    const units = this.#flows * prices.flow + Math.max(0, before - this.budget.left) * prices.node;
    this.#answers.set(key, { value, units: units + size * prices.value });
    pay(units);
    return told(name, value);
  }

  /** The policy that a value is, read once. */
  subject(value: Value): Subject | Refusal {
    const known = this.#subjects.get(value);
    if (known !== undefined) return known;
    const read = readSubject(value, this.sources.namespace, (namespace) => this.#settingIn(namespace));
    this.#subjects.set(value, read);
    return read;
  }

  /** Counts flows that a question looks at. */
  looked(flows: number): void {
    this.#flows += flows;
  }

  /** What is known around a policy. Of a namespace that could not be looked up nothing is assumed: the policy might then open more. */
  #settingIn(namespace: string): PolicySetting {
    const found = this.sources.lookup(namespace);
    if (typeof found !== 'string') return settingOf(found, this.sources);
    const { surroundings } = this.sources.ruleSet;
    const unguarded = new RuleSet([], { surroundings, protectedLabels: [], exemptNamespaces: new Set() });
    const stranger = { name: namespace, labels: new Map<string, string>(), terminating: false };
    return settingOf(stranger, { ...this.sources, ruleSet: unguarded });
  }

  #known(value: Value): { readonly ordinal: number; readonly size: number } {
    if (typeof value !== 'object' || value === null) return { ordinal: 0, size: 1 };
    const known = this.#objects.get(value) ?? { ordinal: this.#objects.size, size: sizeOf(value) };
    this.#objects.set(value, known);
    return known;
  }

  /** Lists of texts by what they say, objects by which they are. */
  #textOf(value: Value): string {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return `object ${this.#known(value).ordinal}`;
    const json = toJson(value);
    return json.ok ? JSON.stringify(json.json) : json.message;
  }
}

const told = (name: string, value: Value | Refusal): ExtensionAnswer =>
  value instanceof Refusal
    ? { ok: false, message: `${name}(): ${value.message}`, spent: value.spent }
    : { ok: true, value };
