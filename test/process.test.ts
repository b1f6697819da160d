import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { HeddleError } from '../core/base/diagnostic.ts'
import { type ProcessOptions, type ProcessResult, runProcess } from '../core/base/process.ts'

/** Milliseconds that a busy machine may add to what was promised. */
const slackMs = 10_000

test('a program gives its code, its output and its error output', async (t) => {
  const result = await runShell(t, 'echo out; echo err >&2; exit 3')
  assert.deepEqual(
    [result.code, result.signal, result.stdout, result.stderr, result.ended],
    [3, null, 'out\n', 'err\n', 'exit'],
  )
})

test('arguments arrive as they were given, and no shell reads them', async (t) => {
  const words = ['-n', 'a b', '$HOME', '`id`', '*', "'", '"', '\n', '', 'é😀', '; exit 1']
  const program = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
  const result = await runProcess({
    program: process.execPath,
    arguments: ['-e', program, '--', ...words],
    cwd: folder(t),
  })
  assert.deepEqual(JSON.parse(result.stdout), words)
})

test('a child sees a clean environment and what was named, nothing of ours', async (t) => {
  process.env['HEDDLE_TEST_CANARY'] = 'secret'
  t.after(() => delete process.env['HEDDLE_TEST_CANARY'])
  const { stdout } = await runShell(t, 'env', { env: { NAMED: 'yes' } })
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.slice(0, line.indexOf('=')))
  assert.ok(names.includes('NAMED') && names.includes('PATH'))
  const ours = new Set([
    'PATH',
    'HOME',
    'LANG',
    'LC_ALL',
    'TERM',
    'TMPDIR',
    'NAMED',
    'PWD',
    'OLDPWD',
    'SHLVL',
    '_',
  ])
  assert.deepEqual(
    names.filter((name) => !ours.has(name)),
    [],
  )
})

test('a program that reads its input, or asks for a terminal, gets the end of input at once (F9)', async (t) => {
  const started = performance.now()
  const results = await Promise.all([
    runShell(t, 'cat; echo done'),
    runShell(t, 'read line; echo "[$line]"'),
    runShell(t, 'if head -c 1 < /dev/tty; then echo tty; else echo none; fi 2>/dev/null'),
    runShell(t, "node -e \"process.stdin.on('end', () => console.log('end')).resume()\""),
  ])
  assert.deepEqual(
    results.map(({ stdout }) => stdout.trim()),
    ['done', '[]', 'none', 'end'],
  )
  assert.ok(performance.now() - started < 10_000)
})

test('input is sent whole and then closed; a program that does not read it does no harm', async (t) => {
  const input = 'é\n'.repeat(200_000)
  assert.equal((await runShell(t, 'cat', { input })).stdout, input)
  assert.equal((await runShell(t, 'exit 0', { input })).code, 0)
})

test('characters that are cut between two chunks are put together again', async (t) => {
  const script = `
    const bytes = Buffer.from('aé€😀')
    let at = 0
    const step = () => at < bytes.length ? process.stdout.write(bytes.subarray(at, ++at), () => setTimeout(step, 2)) : undefined
    step()`
  const result = await runProcess({ program: process.execPath, arguments: ['-e', script], cwd: folder(t) })
  assert.equal(result.stdout, 'aé€😀')
})

const hostileTrees: Readonly<Record<string, string>> = {
  'a background child that holds the pipe': 'sleep 60 & echo $!; sleep 60',
  'a background child that ignores TERM': `sh -c 'trap "" TERM; echo $$; while :; do sleep 1; done' & sleep 60`,
  'a leader that ignores TERM': `trap '' TERM; echo $$; while :; do sleep 1; done`,
  'a double fork': `sh -c '(sleep 60 & echo $!) &'; sleep 60`,
  'a child without our pipes': 'sleep 60 > /dev/null 2>&1 & echo $!; sleep 60',
  'twenty children':
    'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 60 & echo $!; done; wait',
}

for (const [name, command] of Object.entries(hostileTrees)) {
  test(`at the deadline nothing is left of ${name} (F3)`, async (t) => {
    const deadlineMs = 500
    const result = await runShell(t, command, { deadlineMs })
    assert.equal(result.ended, 'deadline')
    assert.ok(result.ranMs <= deadlineMs + 250 + slackMs, `settled after ${result.ranMs} ms`)
    assert.deepEqual(await survivors(result), [])
  })

  test(`on cancel nothing is left of ${name} (F3)`, async (t) => {
    const { signal, abort } = abortAfterOutput()
    const result = await runShell(t, command, { signal, env: { PATH: process.env['PATH']! } }, abort)
    assert.equal(result.ended, 'cancelled')
    assert.deepEqual(await survivors(result), [])
  })
}

test('what a program leaves in the background ends with it, and does not hold it up', async (t) => {
  const result = await runShell(t, `sh -c 'trap "" TERM; while :; do sleep 1; done' & echo $!; echo done`)
  assert.equal(result.ended, 'exit')
  assert.equal(result.code, 0)
  assert.match(result.stdout, /done/)
  assert.ok(result.ranMs < 250 + slackMs, `settled after ${result.ranMs} ms`)
  assert.deepEqual(await survivors(result), [])
})

test('one that left the group and holds the pipe does not hold up the result', async (t) => {
  const script = `const child = require('node:child_process').spawn('sleep', ['30'], { detached: true, stdio: 'inherit' })
    console.log(child.pid); child.unref()`
  const result = await runProcess({ program: process.execPath, arguments: ['-e', script], cwd: folder(t) })
  const escaped = Number(result.stdout)
  assert.equal(result.code, 0)
  assert.ok(result.ranMs < 20_000, `settled after ${result.ranMs} ms`)
  process.kill(escaped, 'SIGKILL')
})

test('a deadline that is given as the reason of the signal is told from a cancel', async (t) => {
  const result = await runShell(t, 'sleep 60', { signal: AbortSignal.timeout(100) })
  assert.equal(result.ended, 'deadline')
  const early = await runShell(t, 'sleep 60', { signal: AbortSignal.abort() })
  assert.deepEqual([early.ended, early.code], ['cancelled', null])
})

test('output beyond the limit is complete in a private file, its text a marked preview (F5)', async (t) => {
  const storeIn = folder(t)
  const before = process.memoryUsage().rss
  let most = before
  const sampling = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20)
  const bytes = 300_000_002
  const result = await runShell(t, `echo first; yes é | head -c ${bytes - 11}; echo last`, { storeIn })
  clearInterval(sampling)
  const stored = result.stored?.stdout
  assert.ok(stored)
  assert.equal(stored.bytes, bytes)
  assert.equal(statSync(stored.blob).size, bytes)
  assert.equal(statSync(stored.blob).mode & 0o777, 0o600)
  assert.equal(statSync(dirname(stored.blob)).mode & 0o777, 0o700)
  assert.match(stored.head, /^first\né\n/)
  assert.match(stored.tail, /é\n.*last\n$/s)
  assert.ok(!`${stored.head}${stored.tail}`.includes('\ufffd'), 'no character is cut')
  assert.ok(result.stdout.startsWith('first\n') && result.stdout.endsWith('last\n'))
  assert.match(result.stdout, /300000002 bytes in all; this is a preview/)
  assert.equal(result.stored?.stderr, undefined)
  assert.ok(most - before < 150_000_000, `memory grew by ${most - before}`)
})

test('endless output ends at the deadline, and what came is in the file (F5)', async (t) => {
  const result = await runShell(t, 'yes', { deadlineMs: 2_000, storeIn: folder(t) })
  assert.equal(result.ended, 'deadline')
  assert.ok(result.ranMs < 2_000 + 250 + slackMs)
  const stored = result.stored?.stdout
  assert.ok(stored && stored.bytes > 4 * 1024 * 1024)
  assert.equal(statSync(stored.blob).size, stored.bytes)
})

test('output that cannot be stored is a named fault, and the program is ended', async (t) => {
  const storeIn = join(folder(t), 'gone')
  await assert.rejects(runShell(t, 'yes', { storeIn }), hasCode('OUTPUT_NOT_STORED'))
})

test('what cannot start says why (F7)', async (t) => {
  const cwd = folder(t)
  writeFileSync(join(cwd, 'plain.txt'), 'text')
  chmodSync(join(cwd, 'plain.txt'), 0o644)
  const start = (program: string, options: Partial<ProcessOptions> = {}): Promise<ProcessResult> =>
    runProcess({ program, cwd, ...options })
  await assert.rejects(start('no-such-program-anywhere'), hasCode('COMMAND_NOT_FOUND'))
  await assert.rejects(start('./plain.txt'), hasCode('COMMAND_NOT_EXECUTABLE'))
  await assert.rejects(start('true', { cwd: join(cwd, 'gone') }), hasCode('FOLDER_MISSING'))
  await assert.rejects(start('true', { cwd: join(cwd, 'plain.txt') }), hasCode('FOLDER_MISSING'))
  await assert.rejects(start('echo', { arguments: ['a\0b'] }), hasCode('COMMAND_INVALID'))
  await assert.rejects(start('echo', { arguments: ['x'.repeat(10_000_000)] }), hasCode('COMMAND_INVALID'))
})

for (const signal of ['SIGTERM', 'SIGINT', 'exit'] as const) {
  test(`when our own process gets ${signal} its children end`, async (t) => {
    const cwd = folder(t)
    const script = join(cwd, 'host.mts')
    const module = new URL('../core/base/process.ts', import.meta.url).href
    writeFileSync(
      script,
      `import { runProcess } from ${JSON.stringify(module)}
      void runProcess({ program: 'echo $$ > pid.part; mv pid.part pid; sleep 60', shell: true, cwd: ${JSON.stringify(cwd)} })
      process.on('message', () => process.exit(7))`,
    )
    const host = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', script], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const ended = once(host, 'exit') as Promise<[number | null, string | null]>
    const pidFile = join(cwd, 'pid')
    await until(() => existsSync(pidFile))
    const pid = Number(readFileSync(pidFile, 'utf8'))
    assert.ok(isAlive(pid))
    if (signal === 'exit') host.send('exit')
    else host.kill(signal)
    assert.deepEqual(await ended, signal === 'exit' ? [7, null] : [null, signal])
    await until(() => !isAlive(pid))
  })
}

test('nothing of ours listens to signals once no child runs', async (t) => {
  const count = (): number => process.listenerCount('SIGTERM') + process.listenerCount('exit')
  const before = count()
  await Promise.all([runShell(t, 'true'), runShell(t, 'true')])
  assert.equal(count(), before)
})

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'heddle-process-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function runShell(
  t: TestContext,
  command: string,
  options: Partial<ProcessOptions> = {},
  abort?: (cwd: string) => void,
): Promise<ProcessResult> {
  const cwd = folder(t)
  abort?.(cwd)
  const program = abort ? `{ ${command}\n} | tee ready` : command
  return runProcess({ program, shell: true, cwd, ...options })
}

/** Aborts when the command's first output is in the file `ready`. */
function abortAfterOutput(): { signal: AbortSignal; abort: (cwd: string) => void } {
  const controller = new AbortController()
  return {
    signal: controller.signal,
    abort(cwd) {
      const ready = join(cwd, 'ready')
      void until(() => existsSync(ready) && statSync(ready).size > 0).then(() => controller.abort())
    },
  }
}

/** Those of the process ids that the program printed, which are still running. */
async function survivors({ stdout }: ProcessResult): Promise<number[]> {
  const printed = (stdout.match(/^\d+$/gm) ?? []).map(Number)
  assert.ok(printed.length > 0, 'the program printed whom it started')
  // SIGKILL is delivered when the result is there, but the kernel may still be taking the process down.
  for (let look = 0; look < 50 && printed.some(isAlive); look++) await pause(10)
  return printed.filter(isAlive)
}

/** False for what has ended, also when nobody has collected it yet. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return !existsSync('/proc/self')
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let look = 0; look < 2_000; look++) {
    if (condition()) return
    await pause(10)
  }
  assert.fail('what was waited for did not happen')
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function hasCode(code: string): (thrown: unknown) => boolean {
  return (thrown) => (thrown as HeddleError).code === code
}
