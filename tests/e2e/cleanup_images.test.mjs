// SPDX-License-Identifier: MIT
// cleanup_images: the plan deletes nothing, its handle deletes what was planned and nothing else.
// What is left is looked at in the store itself.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { daysAgo, Library, on, onEveryStore } from './harness/library.mjs';
import { pngOfSize, saving } from './harness/images.mjs';
import { withLocalServer, withServer } from './harness/server.mjs';
import { directoryStore } from './harness/views.mjs';

const TOOL = 'cleanup_images';
const at = (days) => ({ timestamp: on(daysAgo(days)) });
const without = (keys, gone) => keys.filter((key) => !gone.includes(key)).sort();

// Images of so many days ago, the oldest first; their keys.
const saveAges = (library, ages, more = {}) =>
  library.saveAll(ages.map((days) => ({ ...at(days), ...more })));

// A plan, which must be about exactly these keys, and must have deleted nothing.
async function planned(library, args, keys) {
  const stored = await library.view.keys();
  const { content, structuredContent: plan } = await library.result(TOOL, args);
  assert.equal(plan.status, 'planned');
  assert.equal(plan.count, keys.length);
  // the newest of them, in the order they were saved
  assert.deepEqual(plan.items.map(({ key }) => key), keys.slice(-10).reverse());
  assert.equal('confirm' in plan, keys.length > 0);
  assert.equal('confirmExpires' in plan, keys.length > 0);
  if (keys.length > 0) {
    assert.ok(Date.parse(plan.confirmExpires) > Date.now(), plan.confirmExpires);
    assert.ok(content[0].text.includes(plan.confirm), content[0].text);
    const days = keys.map((key) => key.split('/')[1]).sort();
    assert.equal(plan.oldest.slice(0, 10), days[0]);
    assert.equal(plan.newest.slice(0, 10), days.at(-1));
  }
  assert.deepEqual(await library.view.keys(), stored, 'the plan changed something');
  return plan;
}

// Executes a plan, which must delete exactly these keys.
async function executed(library, args, keys) {
  const stored = await library.view.keys();
  const result = await library.call(TOOL, args);
  assert.equal(result.status, 'executed');
  assert.equal(result.deleted, keys.length);
  assert.equal(result.failed, 0);
  assert.deepEqual(result.items.map(({ key }) => key).sort(), keys.toSorted());
  const gone = keys.flatMap((key) => [key, `${key}.json`]);
  assert.deepEqual(await library.view.keys(), without(stored, gone));
  return result;
}

async function refusedUntouched(library, args) {
  const stored = await library.view.keys();
  const text = await library.refused(TOOL, args);
  assert.deepEqual(await library.view.keys(), stored, 'something was deleted all the same');
  return text;
}

// Each with the ages in days of what it deletes, of images that are 0, 1, 5, 40 and 400 days old.
const AGES = [400, 40, 5, 1, 0];
const rules = [
  [{ keep_count: 2 }, [400, 40, 5]],
  [{ keep_count: 0 }, AGES],
  [{ keep_count: 5 }, []],
  [{ keep_count: 1_000_000_000 }, []],
  [{ older_than: '30d' }, [400, 40]],
  [{ older_than: '2w' }, [400, 40]],
  [{ older_than: '3d' }, [400, 40, 5]],
  [{ older_than: '96h' }, [400, 40, 5]],
  [{ older_than: '6mon' }, [400]],
  [{ older_than: '1y' }, [400]],
  [{ older_than: '2y' }, []],
  [{ older_than: daysAgo(5) }, [400, 40]],
  [{ older_than: daysAgo(4) }, [400, 40, 5]],
  [{ older_than: '3d', keep_count: 4 }, [400]],
  [{ older_than: '30d', keep_count: 1 }, [400, 40]],
  [{ older_than: '30d', keep_count: 5 }, []],
];

onEveryStore((it) => {
  it('each rule plans what is outside of it, and deletes nothing', async (library) => {
    const keys = await saveAges(library, AGES);
    for (const [args, ages] of rules)
      await planned(library, args, ages.map((age) => keys[AGES.indexOf(age)]));
  });

  for (const [args, ages] of [rules[0], rules[4], rules[13]]) {
    it(`${JSON.stringify(args)}: what was planned is deleted`, async (library) => {
      await library.view.write('generations/readme.txt', 'not ours');
      await library.view.write(`generations/${daysAgo(400)}/test-model/picture.png`, 'not ours');
      await library.view.write(`other/${daysAgo(400)}/test-model/0123456789ab_4x4.png`, 'not ours');
      const keys = await saveAges(library, AGES, { prompt: 'x'.repeat(5000) });
      const gone = ages.map((age) => keys[AGES.indexOf(age)]);
      const plan = await planned(library, args, gone);
      const { totalSize } = await executed(library, { confirm: plan.confirm }, gone);
      assert.equal(totalSize, plan.totalSize);
      await planned(library, args, []);
    });
  }

  it('only the images of one model are counted and deleted', async (library) => {
    const keys = await saveAges(library, AGES);
    const others = await saveAges(library, AGES, { model: 'FLUX.1 [dev]' });
    const args = { keep_count: 1, older_than: '3d', model: 'flux.1-dev' };
    const plan = await planned(library, args, others.slice(0, 3));
    await executed(library, { ...args, confirm: plan.confirm }, others.slice(0, 3));
    assert.deepEqual(await library.view.images(), [...keys, ...others.slice(3)].sort());
  });

  it('images saved after the plan survive it, and change nothing about it', async (library) => {
    const keys = await saveAges(library, AGES);
    const plan = await planned(library, { keep_count: 2 }, keys.slice(0, 3));
    const later = await saveAges(library, [500, 40, 5, 0]);
    await executed(library, { confirm: plan.confirm }, keys.slice(0, 3));
    assert.deepEqual(await library.view.images(), [...keys.slice(3), ...later].sort());
  });

  it('a plan whose images changed meanwhile deletes nothing', async (library) => {
    const keys = await saveAges(library, AGES);
    const plan = await planned(library, { keep_count: 2 }, keys.slice(0, 3));
    await library.call('delete_image', { name: keys[4] }); // one that it keeps
    await refusedUntouched(library, { confirm: plan.confirm });
    assert.deepEqual(await library.view.images(), keys.slice(0, 4).sort());
  });

  it('a handle works once, and never deletes anything else', async (library) => {
    const keys = await saveAges(library, AGES);
    const { confirm } = await planned(library, { older_than: '30d' }, keys.slice(0, 2));
    await executed(library, { confirm }, keys.slice(0, 2));
    await refusedUntouched(library, { confirm });
    await saveAges(library, [500, 300]);
    await refusedUntouched(library, { confirm });
  });

  it('a handle survives the end of the process', async (library) => {
    const keys = await saveAges(library, AGES);
    const { confirm } = await planned(library, { keep_count: 1 }, keys.slice(0, 4));
    await withServer(library.settings, (server) =>
      executed(new Library(server, library.view), { confirm }, keys.slice(0, 4)),
    );
  });

  it('a handle that is altered, cut or of other rules is refused', async (library) => {
    const keys = await saveAges(library, AGES);
    const { confirm } = await planned(library, { keep_count: 2 }, keys.slice(0, 3));
    const [first, middle, last] = [0, confirm.length >> 1, confirm.length - 1];
    const altered = [first, 20, middle, last - 1].map((i) => {
      const other = confirm[i] === 'A' ? 'B' : 'A';
      return confirm.slice(0, i) + other + confirm.slice(i + 1);
    });
    const handles = [
      ...altered,
      confirm.slice(0, -1),
      confirm.slice(0, middle),
      confirm.slice(1),
      `${confirm}AAAA`,
      confirm + confirm,
      'yes',
      'true',
      '🗼',
    ];
    for (const handle of handles)
      assert.match(await refusedUntouched(library, { confirm: handle }), /confirm/);
    const others = [
      { keep_count: 1 },
      { keep_count: 2, older_than: '1d' },
      { keep_count: 2, model: 'test-model' },
      { model: 'test-model' },
      { older_than: '30d' },
    ];
    for (const args of others)
      assert.match(await refusedUntouched(library, { ...args, confirm }), /confirm/);
    await executed(library, { keep_count: 2, confirm }, keys.slice(0, 3));
  });

  it('a plan shows a sample of what it is about', async (library) => {
    const keys = [];
    for (let i = 0; i < 13; i++) keys.push((await library.save(at(40))).key);
    const plan = await planned(library, { keep_count: 1 }, keys.slice(0, 12));
    assert.equal(plan.kept, 1);
    await executed(library, { confirm: plan.confirm }, keys.slice(0, 12));
  });

  it('what a plan keeps is told when it was counted', async (library) => {
    await saveAges(library, [400, 40, 1, 0]);
    for (const [args, count, kept, words] of [
      [{ keep_count: 1 }, 3, 1, '1 kept'],
      [{ keep_count: 1, older_than: '30d' }, 2, 2, '2 kept'],
      [{ keep_count: 9 }, 0, 4, 'the rule keeps 4 images'],
      [{ older_than: '30d' }, 2, undefined, 'the newer ones kept'],
      [{ older_than: '500d' }, 0, undefined, 'no image is that old'],
    ]) {
      const { content, structuredContent: plan } = await library.result(TOOL, args);
      assert.equal(plan.count, count);
      assert.equal(plan.kept, kept);
      assert.ok(content[0].text.includes(words), content[0].text);
    }
  });

  it('an empty store has nothing to plan', (library) => planned(library, { keep_count: 0 }, []));

  it(
    'without confirmation, as automation wants it, the rule is executed at once',
    async (library) => {
      const keys = await saveAges(library, AGES);
      await executed(library, { older_than: '3d', keep_count: 4 }, keys.slice(0, 1));
      await refusedUntouched(library, {});
      await refusedUntouched(library, { model: 'test-model' });
    },
    { IMAGE_CLEANUP_CONFIRM: 'off' },
  );

  it('a handle of another store is refused', async (library) => {
    const keys = await saveAges(library, [40]);
    await withLocalServer(async (server) => {
      await server.saved(saving(pngOfSize(500), at(40)));
      const result = await server.call(TOOL, { keep_count: 0 });
      await refusedUntouched(library, { confirm: result.structuredContent.confirm });
    });
    assert.deepEqual(await library.view.images(), keys);
  });
});

// --- asking the user through the client ----------------------------------------------------------

const canAsk = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };

// Calls with the answer to the question (or without any yet); the whole result.
async function asking(server, args, more = {}) {
  const params = { name: TOOL, arguments: args, ...more };
  const { result, error } = await server.askModern('tools/call', params, canAsk);
  assert.ok(result, JSON.stringify(error));
  return result;
}

// The question that a plan of that many images leads to: the name it has, and its state.
async function question(library, args, count) {
  const stored = await library.view.keys();
  const result = await asking(library.server, args);
  assert.equal(result.resultType, 'input_required', JSON.stringify(result));
  const [[name, { method, params }], ...others] = Object.entries(result.inputRequests);
  assert.deepEqual(others, []);
  assert.equal(method, 'elicitation/create');
  assert.match(params.message, new RegExp(`\\b${count}\\b`));
  assert.equal(params.requestedSchema.type, 'object');
  assert.deepEqual(await library.view.keys(), stored, 'the question deleted something');
  return { name, state: result.requestState };
}

const answers = [
  ['yes', { action: 'accept', content: { delete: true } }, true],
  ['no', { action: 'accept', content: { delete: false } }, false],
  ['an empty form', { action: 'accept', content: {} }, false],
  ['a refusal', { action: 'decline' }, false],
  ['no answer', { action: 'cancel' }, false],
];

describe('a client that can ask its user', () => {
  for (const [what, answer, agrees] of answers) {
    test(`${what}: ${agrees ? 'the plan is executed' : 'nothing is deleted'}`, () =>
      directoryStore.run(async (...place) => {
        const library = new Library(...place);
        const keys = await saveAges(library, AGES);
        const args = { keep_count: 2 };
        const { name, state } = await question(library, args, 3);
        const later = await saveAges(library, [50]);
        const more = { inputResponses: { [name]: answer }, requestState: state };
        const result = await asking(library.server, args, more);
        assert.equal(result.isError ?? false, !agrees, JSON.stringify(result));
        const left = agrees ? keys.slice(3) : keys;
        assert.deepEqual(await library.view.images(), [...left, ...later].sort());
      }));
  }

  test('a state that is altered, or of another question, deletes nothing', () =>
    directoryStore.run(async (...place) => {
      const library = new Library(...place);
      const keys = await saveAges(library, AGES);
      const { name, state } = await question(library, { keep_count: 2 }, 3);
      const inputResponses = { [name]: answers[0][1] };
      const other = state[40] === 'A' ? 'B' : 'A';
      const altered = [
        [{ keep_count: 1 }, state],
        [{ keep_count: 2 }, `${state.slice(0, 40)}${other}${state.slice(41)}`],
        [{ keep_count: 2 }, state.slice(0, -1)],
        [{ keep_count: 2 }, ''],
      ];
      for (const [args, requestState] of altered) {
        const result = await asking(library.server, args, { inputResponses, requestState });
        assert.equal(result.isError, true, JSON.stringify(result));
      }
      // an answer to no question is none
      await asking(library.server, { keep_count: 2 }, { inputResponses });
      assert.deepEqual(await library.view.images(), keys.toSorted());
    }));

  test('it is not asked when there is nothing to delete', () =>
    directoryStore.run(async (...place) => {
      const result = await asking(place[0], { keep_count: 2 });
      assert.equal(result.structuredContent.count, 0);
    }));
});

describe('bad arguments', () => {
  const bad = [
    ['no rule', {}, /older_than|keep_count/],
    ['only a model', { model: 'test-model' }, /older_than|keep_count/],
    ['a negative count', { keep_count: -1 }, /keep_count/],
    ['half a count', { keep_count: 1.5 }, /keep_count/],
    ['a count in words', { keep_count: 'five' }, /keep_count/],
    ['an enormous count', { keep_count: 1e18 }, /keep_count/],
    ['an age in words', { older_than: 'yesterday' }, /older_than|yesterday/],
    ['an age without a unit', { older_than: '30' }, /older_than|30/],
    ['an age in unknown units', { older_than: '30m' }, /older_than|30m/],
    ['a negative age', { older_than: '-30d' }, /older_than|-30d/],
    ['an enormous age', { older_than: '99999999999999999999d' }, /older_than|9d/],
    ['the future', { older_than: '2999-01-01' }, /older_than|2999/],
    ['the 30th of February', { older_than: '2024-02-30' }, /older_than|2024-02-30/],
    ['an age that is a number', { older_than: 30 }, /older_than|30/],
    ['a misspelt model', { keep_count: 1, modle: 'x' }, /modle/],
    ['a confirmation that is true', { confirm: true }, /confirm/],
    ['an unknown argument', { keep_count: 1, dry_run: true }, /dry_run/],
  ];
  for (const [what, args, says] of bad) {
    test(`${what}: a tool error, and nothing is deleted`, () =>
      withLocalServer(async (server) => {
        const { key } = await server.saved(saving(pngOfSize(500), at(400)));
        const result = await server.call(TOOL, args);
        assert.equal(result.isError, true, JSON.stringify(result));
        assert.match(result.content[0].text, says);
        const { images } = (await server.call('list_images', {})).structuredContent;
        assert.deepEqual(images.map((image) => image.key), [key]);
      }));
  }
});
