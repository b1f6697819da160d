import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { HeddleError } from '../../core/base/diagnostic.ts'
import { findNamespaceWay } from '../../core/base/namespace.ts'
import { type ProcessOptions, type ProcessResult, runProcess } from '../../core/base/process.ts'
import { publish, rounds } from './soak.ts'

const way = await findNamespaceWay()
const withNamespaces = {
  skip: way ? false : 'this machine makes no PID namespaces for us: nothing is shown of them here',
}
const modes = [
  { isolation: 'none', settings: {} },
  { isolation: 'namespace', settings: withNamespaces },
] as const

/** Milliseconds that a busy machine may add to what was promised. */
const slackMs = 2_500
let marks = 0

/** A time to sleep that nobody else sleeps, so that who sleeps it is found among all processes. */
function mark(): string {
  return `7${process.pid}.${String(++marks).padStart(5, '0')}`
}

const hostileTrees: Readonly<Record<string, (sleep: string) => string>> = {
  'a background child that holds the pipe': (sleep) => `${sleep} & echo on; wait`,
  'a background child without the pipe': (sleep) => `${sleep} > /dev/null 2>&1 & echo on; wait`,
  'a leader and a child that ignore TERM': (sleep) => `trap '' TERM; ${sleep} & echo on; wait; ${sleep}`,
  'a double fork': (sleep) => `sh -c '(${sleep} & echo on) &'; ${sleep}`,
  'one that left the group': (sleep) => `setsid ${sleep} & echo on; ${sleep}`,
  'a double fork that left the group and ignores TERM': (sleep) =>
    `sh -c "setsid sh -c \\"trap '' TERM HUP; echo on; ${sleep}; ${sleep}\\" &" ; ${sleep}`,
  'twenty children, ten of which left the group': (sleep) =>
    `for i in 0 1 2 3 4 5 6 7 8 9; do ${sleep} & setsid ${sleep} & done; echo on; wait`,
}

for (const [name, commandOf] of Object.entries(hostileTrees)) {
  for (const { isolation, settings } of modes) {
    const count = rounds(1, 75)
    test(
      `at the deadline ${isolation === 'none' ? 'the group is ended' : 'nothing is left'} of ${name} (F3, ${isolation})`,
      settings,
      async (t) => {
        for (let round = 0; round < count; round++) {
          const sleeping = mark()
          const deadlineMs = 400
          const result = await run(commandOf(`sleep ${sleeping}`), { deadlineMs, isolation })
          assert.deepEqual([result.ended, result.isolation], ['deadline', isolation])
          assert.ok(result.ranMs <= deadlineMs + 250 + slackMs, `settled after ${result.ranMs} ms`)
          await judgeSurvivors(t, sleeping, isolation, name)
        }
      },
    )

    test(
      `on cancel ${isolation === 'none' ? 'the group is ended' : 'nothing is left'} of ${name} (F3, E3, ${isolation})`,
      settings,
      async (t) => {
        const sleeping = mark()
        const controller = new AbortController()
        const running = run(commandOf(`sleep ${sleeping}`), { signal: controller.signal, isolation })
        await until(() => sleepers(sleeping).length > 0)
        controller.abort()
        assert.equal((await running).ended, 'cancelled')
        await judgeSurvivors(t, sleeping, isolation, name)
      },
    )
  }
}

test(
  'what a program leaves in the background is gone when its result is there, and its output is whole (F3)',
  withNamespaces,
  async () => {
    const sleeping = mark()
    const result = await run(`setsid sleep ${sleeping} & echo done`, { isolation: 'namespace' })
    assert.deepEqual([result.ended, result.code, result.stdout], ['exit', 0, 'done\n'])
    assert.deepEqual(sleepers(sleeping), [])
  },
)

for (const { isolation, settings } of modes) {
  test(
    `kill -9 of ourselves with 20 programs running: survivors are ${isolation === 'none' ? 'counted' : 'none'} (F4, ${isolation})`,
    settings,
    async (t) => {
      for (let round = 0; round < rounds(1, 20); round++) {
        const sleeping = mark()
        const child = startChild('crowd', isolation, sleeping)
        await until(() => sleepers(sleeping).length === 40)
        child.kill('SIGKILL')
        await once(child, 'exit')
        if (isolation === 'namespace') await until(() => sleepers(sleeping).length === 0)
        else endSleepers(t, sleeping)
      }
    },
  )

  test(`faults of starting have stable codes (F7, ${isolation})`, settings, async (t) => {
    const cwd = folder(t)
    writeFileSync(join(cwd, 'plain'), 'no program')
    chmodSync(join(cwd, 'plain'), 0o644)
    const gone = folder(t)
    rmSync(gone, { recursive: true })
    const words = Array.from({ length: 40 }, () => 'x'.repeat(100_000))
    const env = { PATH: '/usr/bin:/bin' }
    const start = (options: Partial<ProcessOptions>) =>
      runProcess({ program: 'true', cwd, env, isolation, ...options })
    await assert.rejects(start({ program: 'no-such-program' }), hasCode('COMMAND_NOT_FOUND'))
    await assert.rejects(start({ program: './no-such-program' }), hasCode('COMMAND_NOT_FOUND'))
    await assert.rejects(start({ program: './plain' }), hasCode('COMMAND_NOT_EXECUTABLE'))
    await assert.rejects(start({ program: cwd }), hasCode('COMMAND_NOT_EXECUTABLE'))
    await assert.rejects(start({ cwd: gone }), hasCode('FOLDER_MISSING'))
    await assert.rejects(start({ cwd: join(cwd, 'plain') }), hasCode('FOLDER_MISSING'))
    await assert.rejects(start({ arguments: words }), hasCode('COMMAND_INVALID'))
  })

  test(
    `a working directory that is taken away or exchanged meanwhile does no harm (F7, ${isolation})`,
    settings,
    async (t) => {
      const outer = folder(t)
      const cwd = mkdtempSync(join(outer, 'a-'))
      const deleted = run(`rmdir "$PWD"; echo $?; pwd > /dev/null; exit 3`, { cwd, isolation })
      assert.deepEqual([(await deleted).stdout, (await deleted).code], ['0\n', 3])
      const other = mkdtempSync(join(outer, 'b-'))
      writeFileSync(join(other, 'here'), 'stayed')
      const waiting = `touch ../on; while [ ! -e ../go ]; do sleep 0.01; done; cat here`
      const swapping = run(waiting, { cwd: other, isolation })
      await until(() => existsSync(join(outer, 'on')))
      renameSync(other, join(outer, 'elsewhere'))
      writeFileSync(join(outer, 'go'), '')
      assert.equal((await swapping).stdout, 'stayed')
      const vanishing = mkdtempSync(join(outer, 'c-'))
      const starting = run('true', { cwd: vanishing, isolation })
      rmdirSync(vanishing)
      await assert.rejects(starting, hasCode('FOLDER_MISSING'))
    },
  )

  for (const [limit, what] of [
    ['nproc=0', 'no process is left'],
    ['nproc=1', 'one process is left'],
    ['nofile=2', 'two descriptors are left'],
  ] as const) {
    test(`where ${what} to start with, it is BUSY or it runs (F7, ${isolation})`, settings, async (t) => {
      const child = startChild('limited', isolation, limit)
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
      await once(child, 'close')
      if (said === 'no namespaces') return t.skip('nobody may make namespaces here')
      // Others of the same user may have taken the one that was left.
      const mayRun = limit === 'nproc=1' && isolation === 'none'
      assert.ok(said === 'BUSY' || (mayRun && said === 'code 0'), said)
    })
  }

  test(`hundreds of short programs leave no zombie (F8, ${isolation})`, settings, async (t) => {
    const count = rounds(200, 10_000)
    let left = count
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const { code } = await run('(exit 0) & (exit 1) & exit 7', { isolation })
        assert.equal(code, 7)
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    assert.deepEqual(zombies(), [])
    publish(t, `${count} short programs (${isolation}): 0 defunct`)
  })
}

test(
  'how a program ended is told through the namespace: code, signal, and a code that looks like one',
  withNamespaces,
  async () => {
    const ends = await Promise.all(
      ['exit 0', 'exit 3', 'kill -9 $$', 'kill -TERM $$', 'kill -SEGV $$', 'exit 137'].map((command) =>
        run(command, { isolation: 'namespace' }),
      ),
    )
    assert.deepEqual(
      ends.map(({ code, signal, stderr }) => [code, signal, stderr]),
      [
        [0, null, ''],
        [3, null, ''],
        [null, 'SIGKILL', ''],
        [null, 'SIGTERM', ''],
        [null, 'SIGSEGV', ''],
        [137, null, ''],
      ],
    )
  },
)

test(
  'in a namespace a program is who it was, sees only its own, and gets its input and its TERM',
  withNamespaces,
  async () => {
    const { stdout } = await run('id -u; ls -d /proc/[0-9]* | wc -l', { isolation: 'namespace' })
    const [user, seen] = stdout.trim().split('\n').map(Number)
    assert.equal(user, process.geteuid!())
    if (way!.flags.includes('--mount-proc')) assert.ok(seen! < 10, `${seen} processes are seen`)
    const fed = await run('cat', { isolation: 'namespace', input: 'given' })
    assert.equal(fed.stdout, 'given')
    const asked = await run(`trap 'echo bye; exit 4' TERM; sleep 30 & wait`, {
      isolation: 'namespace',
      deadlineMs: 2_000,
    })
    assert.deepEqual([asked.ended, asked.code, asked.stdout], ['deadline', 4, 'bye\n'])
  },
)

test('a machine without unshare says that there are no namespaces, and never pretends', async (t) => {
  const script = `import { runProcess } from ${JSON.stringify(new URL('../../core/base/process.ts', import.meta.url).href)}
    const run = (isolation) => runProcess({ program: process.execPath, arguments: ['-e', ''], cwd: '/', isolation })
    console.log((await run('none')).isolation, await run('namespace').catch(({ code }) => code))`
  const file = join(folder(t), 'script.mjs')
  writeFileSync(file, script)
  const said = execFileSync(process.execPath, [...process.execArgv, file], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, PATH: '/nowhere' },
  })
  assert.equal(said, 'none ISOLATION_UNAVAILABLE\n')
})

function run(command: string, options: Partial<ProcessOptions>): Promise<ProcessResult> {
  return runProcess({ program: command, shell: true, cwd: '/', ...options })
}

function startChild(task: string, isolation: string, given: string) {
  const file = fileURLToPath(new URL('process-child.ts', import.meta.url))
  return spawn(process.execPath, [...process.execArgv, file, task, isolation, given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'heddle-processes-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** In a namespace nobody is left; in a group those that left it are, and are counted. */
async function judgeSurvivors(
  t: TestContext,
  sleeping: string,
  isolation: string,
  name: string,
): Promise<void> {
  const mayStay = isolation === 'none' && /left the group/.test(name)
  // SIGKILL is delivered when the result is there, but the machine may still be taking the process down.
  if (!mayStay) await until(() => sleepers(sleeping).length === 0)
  else endSleepers(t, sleeping)
}

function endSleepers(t: TestContext, sleeping: string): void {
  const left = sleepers(sleeping)
  t.diagnostic(`survivors in group mode: ${left.length}`)
  for (const pid of left) process.kill(pid, 'SIGKILL')
}

/** The processes of the whole machine that sleep so long. */
function sleepers(sleeping: string): number[] {
  return processes().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`sleep\0${sleeping}\0`)
    } catch {
      return false
    }
  })
}

/** Our own children that have ended and that nobody has taken notice of. */
function zombies(): number[] {
  return processes().filter((pid) => {
    try {
      const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
      return state === 'Z' && parent === `${process.pid}`
    } catch {
      return false
    }
  })
}

function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

async function until(condition: () => boolean): Promise<void> {
  for (let look = 0; look < 2_000; look++) {
    if (condition()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('what was waited for did not happen')
}

function hasCode(code: string): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.equal((thrown as HeddleError).code, code)
    return true
  }
}
