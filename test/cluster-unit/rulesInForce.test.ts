import { describe, expect, test } from '@jest/globals';
import { compileRules } from '../../src/admission/rules.ts';
import type { Rules } from '../../src/admission/rules.ts';
import { assemble } from '../../src/config/load.ts';
import { ownRuleKinds, toDocument } from '../../src/cluster/ruleKinds.ts';
import type { StoredRule } from '../../src/cluster/ruleKinds.ts';
import { rulesInForce } from '../../src/cluster/rulesInForce.ts';
import type { RuleEvent, RulesInForce } from '../../src/cluster/rulesInForce.ts';
import { processTiming } from '../../src/cluster/timing.ts';

const config = assemble(undefined, { environment: {} });
const [boundaryKind] = ownRuleKinds;

function boundary(name: string, spec: object = {}, generation = 1): StoredRule {
  if (boundaryKind === undefined) throw new Error('Boundaries are followed');
  const whole = { namespaceSelector: {}, floor: { mode: 'Audit' }, ...spec };
  return toDocument(boundaryKind, {
    metadata: { name, uid: name, generation, resourceVersion: String(Math.random()), managedFields: [{}] },
    spec: whole,
    status: { namespaces: Math.random() },
  });
}

/** Time enough to look at what changed: pauses end at the next turn here. */
async function looked(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Followed {
  readonly rules: RulesInForce;
  /** Sets that every other replica reports to decide by; undefined: there are no others. */
  others: Set<string> | undefined;
  readonly events: readonly RuleEvent[];
  /** Stores other documents; resolves once that was looked at. */
  readonly store: (...documents: readonly StoredRule[]) => Promise<void>;
  age: number | undefined;
  readonly stop: () => Promise<void>;
}

function following(): Followed {
  let documents: readonly StoredRule[] | undefined;
  let changed: () => void = () => undefined;
  const events: RuleEvent[] = [];
  const stopping = new AbortController();
  const followed: { age: number | undefined; others: Set<string> | undefined } = {
    age: 0,
    others: undefined,
  };
  const rules = rulesInForce({
    follow: (told) => {
      changed = told;
      return {
        run: () => Promise.resolve(),
        documents: () => documents,
        age: () => (documents === undefined ? undefined : followed.age),
        trouble: () => undefined,
      };
    },
    compile: (stored) => {
      if (!config.ok) throw new Error('the defaults are sound');
      return compileRules(stored, config.value.config);
    },
    timing: { ...processTiming, pause: () => new Promise((resolve) => setImmediate(resolve)) },
    staleMillis: 60_000,
    isRolledOut: (reported) => followed.others?.has(reported) ?? true,
    observe: (event) => events.push(event),
  });
  const done = rules.run(stopping.signal);
  return Object.assign(followed, {
    rules,
    events,
    store: async (...now: readonly StoredRule[]) => {
      documents = now;
      changed();
      await looked();
    },
    stop: async () => {
      stopping.abort();
      await done;
    },
  });
}

const names = (rules: Rules | undefined): readonly string[] =>
  rules?.ruleSet.boundaries.map(({ name, superseded }) => `${name}${superseded === true ? ' before' : ''}`) ??
  [];

describe('the rules in force', () => {
  test('are none, and nobody is ready, before everything was listed', async () => {
    const { rules, stop } = following();
    expect(rules.current()).toBeUndefined();
    expect(rules.readiness()).toEqual({ ready: false, reasons: ['rules: not listed yet'] });
    await stop();
  });

  test('follow what is stored, as one set', async () => {
    const { rules, store, stop } = following();
    await store(boundary('a'));
    expect(names(rules.current())).toEqual(['a']);
    await store(boundary('a'), boundary('b'));
    expect(names(rules.current())).toEqual(['a', 'b']);
    await store();
    expect(names(rules.current())).toEqual([]);
    expect(rules.readiness().ready).toBe(true);
    await stop();
  });

  test('stay as they were when a set does not compile, which is told and makes nobody unready', async () => {
    const { rules, store, events, stop } = following();
    await store(boundary('a'));
    const good = rules.current();
    await store(boundary('a'), boundary('bad', { floor: { mode: 'Sometimes' } }));
    expect(rules.current()).toBe(good);
    expect(rules.issues()).toMatchObject([{ file: 'cluster:Boundary/bad', pointer: '/spec/floor/mode' }]);
    expect(rules.readiness()).toEqual({ ready: true, reasons: [] });
    expect(events.at(-1)?.type).toBe('refused');
    await store(boundary('a'), boundary('bad'));
    expect(names(rules.current())).toEqual(['a', 'bad']);
    expect(rules.issues()).toEqual([]);
    await stop();
  });

  test('do not change with status, versions or the order in which things come', async () => {
    const { rules, store, events, stop } = following();
    await store(boundary('a'));
    const first = rules.current();
    await store(boundary('a'));
    expect(rules.current()).toBe(first);
    expect(events).toHaveLength(1);
    await stop();
  });

  test('that a first set does not compile is told by readiness, until it is mended', async () => {
    const { rules, store, stop } = following();
    const { signal } = new AbortController();
    expect(await rules.becameKnown(0, signal)).toBe(false);
    await store(boundary('bad', { floor: {} }));
    expect(await rules.becameKnown(1_000, signal)).toBe(true);
    expect(rules.current()).toBeUndefined();
    expect(rules.reported()).toBeUndefined();
    expect(rules.readiness().ready).toBe(false);
    expect(rules.readiness().reasons[0]).toContain('none in force');
    await store(boundary('bad'));
    expect(names(rules.current())).toEqual(['bad']);
    expect(rules.readiness()).toEqual({ ready: true, reasons: [] });
    await stop();
  });

  test('that are too old make nobody ready', async () => {
    const followed = following();
    await followed.store(boundary('a'));
    followed.age = 61_000;
    expect(followed.rules.readiness().reasons).toEqual(['rules: last heard of 61 s ago']);
    await followed.stop();
  });
});

const to = (cidr: string): object => ({ egress: [{ to: [{ ipBlock: { cidr } }] }] });

describe('what a new set replaces', () => {
  const begun = async (...documents: readonly StoredRule[]): Promise<Followed> => {
    const followed = following();
    await followed.store(...documents);
    followed.others = new Set();
    return followed;
  };
  /** The others have what is in force here now. */
  const rollOut = async (followed: Followed): Promise<void> => {
    followed.others?.add(followed.rules.reported() ?? '');
    followed.rules.reconsider();
    await looked();
  };

  test('stays beside it until every other replica has it, and then goes', async () => {
    const followed = await begun(boundary('a', to('10.0.0.0/8')), boundary('b'));
    const first = followed.rules.reported();
    await followed.store(boundary('a', to('10.9.0.0/16')), boundary('b'));
    expect(names(followed.rules.current())).toEqual(['a', 'a before', 'b']);
    expect(followed.rules.reported()).not.toBe(first);
    await rollOut(followed);
    expect(names(followed.rules.current())).toEqual(['a', 'b']);
    expect(followed.events.map(({ type }) => type)).toEqual(['swapped', 'swapped', 'swapped']);
    await followed.stop();
  });

  test('is not kept where the others have the new one already, nor where there are no others', async () => {
    const followed = await begun(boundary('a', to('10.0.0.0/8')));
    followed.others = undefined;
    await followed.store(boundary('a', to('10.9.0.0/16')));
    expect(names(followed.rules.current())).toEqual(['a']);
    await followed.stop();
  });

  test('is every one that came in between, but not what is back', async () => {
    const followed = await begun(boundary('a', to('10.0.0.0/8')));
    await followed.store(boundary('a', to('10.1.0.0/16')));
    await followed.store(boundary('a', to('10.2.0.0/16')));
    expect(names(followed.rules.current())).toEqual(['a', 'a before', 'a before']);
    await followed.store(boundary('a', to('10.1.0.0/16')));
    expect(names(followed.rules.current())).toEqual(['a', 'a before', 'a before']);
    await rollOut(followed);
    expect(names(followed.rules.current())).toEqual(['a']);
    await followed.stop();
  });

  test('stays when the rules are changed back before the others saw any of it', async () => {
    const followed = await begun(boundary('a', to('10.0.0.0/8')));
    followed.others?.add(followed.rules.reported() ?? '');
    await followed.store(boundary('a', to('10.9.0.0/16'), 2));
    await followed.store(boundary('a', to('10.0.0.0/8'), 3));
    // They may be about to decide by the second alone, for this replica said that it has it.
    expect(names(followed.rules.current())).toEqual(['a', 'a before']);
    await rollOut(followed);
    expect(names(followed.rules.current())).toEqual(['a']);
    await followed.stop();
  });

  test('is nothing where the rules were changed back unseen, which is reported', async () => {
    const followed = await begun(boundary('a', to('10.0.0.0/8')));
    const first = followed.rules.reported();
    await followed.store(boundary('a', to('10.0.0.0/8'), 3));
    expect(names(followed.rules.current())).toEqual(['a']);
    expect(followed.rules.reported()).not.toBe(first);
    await followed.stop();
  });

  test('is one that was deleted, too; one that is new replaces nothing', async () => {
    const followed = await begun(boundary('a'), boundary('gone'));
    await followed.store(boundary('a'), boundary('new'));
    expect(names(followed.rules.current())).toEqual(['a', 'gone before', 'new']);
    await rollOut(followed);
    expect(names(followed.rules.current())).toEqual(['a', 'new']);
    await followed.stop();
  });

  test('stays when the next set does not compile, and while nobody can tell who has what', async () => {
    const followed = await begun(boundary('a', to('10.0.0.0/8')));
    await followed.store(boundary('a', to('10.9.0.0/16')));
    const reported = followed.rules.reported();
    await followed.store(boundary('a', { floor: {} }));
    expect(names(followed.rules.current())).toEqual(['a', 'a before']);
    expect(followed.rules.reported()).toBe(reported);
    expect(followed.rules.issues()).not.toEqual([]);
    await followed.stop();
  });

  test('is no more than sixteen of one name, with the first, which was in force alone', async () => {
    const followed = await begun(boundary('a', to('10.0.0.0/8')));
    for (let octet = 1; octet <= 30; octet += 1)
      await followed.store(boundary('a', to(`10.${octet}.0.0/16`)));
    const kept = followed.rules.current()?.sources.filter(({ superseded }) => superseded === true) ?? [];
    expect(kept).toHaveLength(16);
    expect(JSON.stringify(kept[0]?.value)).toContain('10.0.0.0/8');
    expect(JSON.stringify(kept.at(-1)?.value)).toContain('10.29.0.0/16');
    await followed.stop();
  });

  test('is reported alike by replicas of other configurations, and differently for other rules', async () => {
    const [one, other] = [await begun(boundary('a')), await begun(boundary('a'))];
    expect(one.rules.reported()).toBe(other.rules.reported());
    await other.store(boundary('a', to('10.0.0.0/8')));
    expect(one.rules.reported()).not.toBe(other.rules.reported());
    await one.stop();
    await other.stop();
  });
});
