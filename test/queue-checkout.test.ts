import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { bash, type BashOutput, type Diagnostic, type Operation, type Outcome, read, write } from 'heddle'
import { createWorkspace, diskFiles } from 'heddle/files'
import { createClock } from '../core/base/clock.ts'
import { builtinOperations } from '../core/operations/index.ts'
import { execute } from '../core/run/execute.ts'
import type { Serving } from '../core/run/executor.ts'
import { createPlan } from '../core/run/plan.ts'
import { createWorkbench } from '../core/run/workbench.ts'
import { openQueue } from '../plugins/queue/executor.ts'
import { serveQueue } from '../plugins/queue/serve.ts'
import { settingsOf } from '../plugins/queue/settings.ts'
import { findProgram, startRedis, type TestServer } from './queue-servers.ts'

const missing = findProgram('redis-server') === undefined
if (missing && process.env['CI'] === 'true') throw new Error('redis-server is not installed')

void test(
  'programs run in the checkout of a worker',
  { skip: missing && 'redis-server is not installed' },
  async (t) => {
    let server: TestServer
    let serving: Serving
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-checkout-')))
    const ours = join(folder, 'ours')
    const theirs = join(folder, 'theirs')
    const git = (cwd: string, ...words: string[]): void =>
      void execFileSync('git', ['-c', 'user.email=a@example.org', '-c', 'user.name=a', ...words], {
        cwd,
        stdio: 'ignore',
      })

    before(async () => {
      execFileSync('git', ['init', '-q', ours])
      writeFileSync(join(ours, 'a.txt'), 'text\n')
      git(ours, 'add', '-A')
      git(ours, 'commit', '-m', 'first')
      git(folder, 'clone', '-q', ours, theirs)
      server = await startRedis()
      const bench = createWorkbench({ kindOf: (name) => builtinOperations.get(name), folder: theirs })
      serving = await serveQueue(settingsOf({ url: server.url, connectMs: 30_000 }), bench, {
        name: 'bee',
        concurrency: 2,
      })
    })
    after(async () => {
      await serving.drain()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    async function runOne(
      ...operations: Operation[]
    ): Promise<{ outcomes: readonly Outcome[]; told: readonly Diagnostic[] }> {
      const plan = createPlan(
        operations.map((operation, index) => ({ name: `g${index}`, operations: [operation] })),
      )
      assert.ok(plan.ok)
      const executor = await openQueue(settingsOf({ url: server.url, connectMs: 30_000 }), {
        id: 'checkout',
        command: 'x',
        folder: ours,
        tell: () => undefined,
      })
      let told: readonly Diagnostic[] = []
      try {
        const report = await execute(plan.value, {
          command: 'x',
          id: 'checkout',
          kinds: (name) => builtinOperations.get(name),
          workspace: createWorkspace(diskFiles({ root: ours }), { folder: ours }),
          folder: ours,
          clock: createClock(),
          executor,
        })
        return {
          outcomes: report.groups.flatMap(({ operations }) => operations),
          get told() {
            return told
          },
        }
      } finally {
        told = await executor.close()
      }
    }

    const check = { claims: { writes: [] } }
    const outputOf = (outcome: Outcome | undefined): BashOutput => outcome!.output as BashOutput

    await t.test('a check runs there, and the report says where', async () => {
      const { outcomes } = await runOne(bash('pwd', check))
      assert.equal(outcomes[0]!.error, null)
      assert.deepEqual([outputOf(outcomes[0]).stdout, outcomes[0]!.worker], [`${theirs}\n`, 'bee'])
    })

    await t.test('a program that may write runs here, and the report says why', async () => {
      const { outcomes, told } = await runOne(bash('pwd'))
      assert.deepEqual([outputOf(outcomes[0]).stdout, outcomes[0]!.worker], [`${ours}\n`, undefined])
      assert.match(
        told.map(({ code, message }) => `${code} ${message}`).join(),
        /queue\/ran-here .*may write/,
      )
    })

    await t.test('output that does not fit into memory is brought whole', async () => {
      const { outcomes } = await runOne(bash('seq 1 900000', check))
      const { stdout } = outputOf(outcomes[0])
      assert.ok(typeof stdout === 'object', outcomes[0]!.error?.message)
      const lines = readFileSync(resolve(ours, stdout.blob), 'utf8').split('\n')
      assert.deepEqual(
        [lines.length, lines.at(-2), stdout.bytes],
        [900_001, '900000', lines.join('\n').length],
      )
    })

    await t.test('what runs after the run itself has changed files runs here', async () => {
      const { outcomes } = await runOne(write({ path: 'a.txt', text: 'changed\n' }), bash('cat a.txt', check))
      assert.equal(outcomes[0]!.error, null)
      assert.deepEqual([outputOf(outcomes[1]).stdout, outcomes[1]!.worker], ['changed\n', undefined])
      git(ours, 'checkout', '--', 'a.txt')
    })

    await t.test(
      'another state is refused, both are named, and files of the run are read all the same',
      async () => {
        writeFileSync(join(theirs, 'a.txt'), 'other\n')
        const { outcomes } = await runOne(bash('cat a.txt', check), read('a.txt'))
        assert.equal(outcomes[0]!.error?.code, 'queue/checkout-differs')
        assert.match(
          outcomes[0]!.error.message,
          /bee has commit \w+ with changes \w+; the run works on commit \w+ without changes/,
        )
        assert.equal((outcomes[1]!.output as { text: string }).text, 'text\n')
        git(theirs, 'checkout', '--', 'a.txt')
      },
    )
  },
)
