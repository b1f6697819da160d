import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createFramework, type Framework, type Report, type RunEvent } from 'heddle'
import { memoryFiles, type WritableFiles } from 'heddle/files'
import { preset } from 'heddle/plugins'
import type { Clock } from '../core/base/clock.ts'
import { createVirtualClock, type VirtualClock } from 'heddle/testing'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Commands whose operations give the same each time: they run no program, keep nothing, and measure no time. */
const commands: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  analyze: {},
  auto: { request: 'where is the basket used?' },
  docs: {},
  enhance: {},
  feature: { request: 'Orders must have a pick-up time. See docs/pickup.md.' },
  init: {},
  'init-custom': { answers: 'commands.lint=make lint' },
  'init-meta': {},
  'init-new': { name: 'weaver', language: 'python' },
  'init-research': { question: 'does it rise?' },
  'init-validate': {},
  meta: {},
  query: { query: 'TODO|order|count' },
}

for (const fixture of ['typescript-project', 'python-project', 'mixed-project']) {
  const root = mkdtempSync(join(tmpdir(), `heddle-${fixture}-`))
  cpSync(here(`../fixtures/${fixture}`), root, { recursive: true })
  const opened = createFramework({ root, config: false, plugins: [...preset()] })
  after(async () => {
    await (await opened).dispose()
    rmSync(root, { recursive: true, force: true, maxRetries: 3 })
  })

  for (const [name, words] of Object.entries(commands))
    test(`"${name}" on ${fixture}: one at a time it finds the same, byte for byte`, async () => {
      const framework = await opened
      const parallel = await runCounted(framework, name, words)
      const serial = await runCounted(framework, name, words, true)
      assert.equal(findingsOf(parallel.report), findingsOf(serial.report))
      assert.deepEqual(
        parallel.report.gates.map(({ name, status }) => `${name} ${status}`),
        serial.report.gates.map(({ name, status }) => `${name} ${status}`),
      )
      assert.ok(serial.most <= 1, `${serial.most} at once`)
    })
}

const slowMs = 20

for (const [name, words] of Object.entries(commands))
  test(`"${name}" over files that take ${slowMs} ms a call: operations overlap, and three fifths of the time are saved or the longest chain forbids it`, async () => {
    const clock = createPatientClock()
    const files = slowFiles(textsOf('mixed-project'), clock)
    const framework = await clock.drive(
      createFramework({ files, config: false, clock, plugins: [...preset()] }),
    )
    const { report, most } = await clock.drive(runCounted(framework, name, words))
    await clock.drive(framework.dispose())
    const { timing } = report
    assert.ok(most >= 2, `${most} at once`)
    assert.ok(timing.serialMs > 0)
    const bound = Math.max(0.4 * timing.serialMs, timing.criticalPathMs)
    // Synthesis and the loading of modules stand beside the operations; a call is the least step of this clock.
    assert.ok(timing.wallMs <= bound + slowMs, JSON.stringify(timing))
  })

/** Deadlines never come: what takes real time, such as loading code, takes none of this clock. */
function createPatientClock(): VirtualClock {
  const clock = createVirtualClock()
  return {
    ...clock,
    after: (ms, callback) => (ms < 5_000 ? clock.after(ms, callback) : () => undefined),
  }
}

async function runCounted(
  framework: Framework,
  command: string,
  words: Readonly<Record<string, string>>,
  serial = false,
): Promise<{ report: Report; most: number }> {
  const running = new Set<string>()
  let most = 0
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'operation-started')
      most = Math.max(most, running.add(`${event.group} ${event.operation}`).size)
    if (event.type === 'operation-ended') running.delete(`${event.group} ${event.operation}`)
  }
  return { report: await framework.run(command, words, { onEvent, serial, journal: false }), most }
}

function findingsOf({ groups, diagnostics, status }: Report): string {
  return JSON.stringify([status, groups.map(({ name, synthesis }) => [name, synthesis]), diagnostics])
}

function textsOf(fixture: string): Record<string, string> {
  const folder = here(`../fixtures/${fixture}`)
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

function slowFiles(texts: Record<string, string>, clock: Clock): WritableFiles {
  const near = memoryFiles(texts)
  const later = async <T>(call: () => Promise<T>): Promise<T> => {
    await new Promise<void>((resolve) => clock.after(slowMs, resolve))
    return call()
  }
  return {
    label: near.label,
    stat: (path) => later(() => near.stat(path)),
    list: (path) => later(() => near.list(path)),
    read: (path) => later(() => near.read(path)),
    write: (path, content) => later(() => near.write(path, content)),
    remove: (path) => later(() => near.remove(path)),
    makeFolder: (path) => later(() => near.makeFolder(path)),
  }
}
