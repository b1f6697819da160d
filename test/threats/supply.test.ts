import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Locked {
  readonly version: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly devOptional?: boolean
  readonly peer?: boolean
  readonly license?: string
  readonly integrity?: string
  readonly hasInstallScript?: boolean
}

const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
  lockfileVersion: number
  packages: Record<string, Locked>
}

/** What `npm install heddle` brings along on some machine, optional parts for other systems apart. */
const runtime = Object.entries(lock.packages).filter(
  ([path, { dev, optional, devOptional, peer }]) => path !== '' && !dev && !devOptional && !optional && !peer,
)

const permissive =
  /^(?:MIT|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD|BlueOak-1\.0\.0|Unlicense|Python-2\.0|CC0-1\.0|PSF-2\.0)$/

test('runtime packages are locked, counted, and of licences that everybody may use (L1)', (t) => {
  assert.equal(lock.lockfileVersion, 3)
  const names = runtime.map(([path]) => path.replace(/^.*node_modules\//, ''))
  for (const [path, { integrity, license }] of runtime) {
    assert.match(integrity ?? '', /^sha512-/, `${path} has no digest`)
    assert.match(license ?? '', permissive, path)
  }
  t.diagnostic(`${new Set(names).size} runtime packages: ${[...new Set(names)].join(' ')}`)
  const readme = readFileSync(`${root}README.md`, 'utf8')
  const published = Number(/(\d+) runtime packages/.exec(readme)?.[1])
  assert.equal(new Set(names).size, published, 'README publishes another number')
})

test('no runtime package runs a script as it is installed, but for two that work without (L1)', () => {
  const scripts = runtime.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)
  // Both only choose or move a file that is there; everything is tested where no install script runs.
  assert.deepEqual(scripts, ['node_modules/@ast-grep/lang-python', 'node_modules/esbuild'])
})

function run(flags: readonly string[], code: string): Promise<{ status: unknown; output: string }> {
  const words = [...flags, '--import', 'tsx', '--conditions=source', '--input-type=module', '-e', code]
  return new Promise((done) => {
    execFile(process.execPath, words, { cwd: root }, (error, stdout, stderr) =>
      done({ status: error ? error.code : 0, output: stdout + stderr }),
    )
  })
}

test('a check and a run work where __proto__ throws (L2)', async () => {
  const { status, output } = await run(
    ['--disable-proto=throw'],
    `import { createFramework } from 'heddle'
     const framework = await createFramework({ root: 'fixtures/minimal', config: false })
     const { modules } = await framework.check()
     const report = await framework.run('query', { query: 'a' }, { journal: false })
     await framework.dispose()
     console.log(modules, report.status)`,
  )
  assert.deepEqual({ status, output }, { status: 0, output: '2 passed\n' })
})

test('text is read, parsed and resolved where no code can be made from texts (L2)', async () => {
  const { status, output } = await run(
    ['--disable-proto=throw', '--disallow-code-generation-from-strings'],
    `import { createDocument } from './core/module/document.ts'
     import { createDraft, finishModule } from './core/module/draft.ts'
     import { findReferences, settleReferences } from './core/module/references.ts'
     import { openLayer } from './core/load/open-layers.ts'
     import { createResolver } from './core/resolve/resolver.ts'
     import { memoryFiles } from './core/vfs/memory.ts'
     import { parsePath } from './core/vfs/gate.ts'
     import { createWorkspace } from './core/vfs/workspace.ts'
     const text = '---\\nname: a\\nlist: [1, 2]\\n---\\n# A\\n\\nNeeds @modules/b.md, [b](b.md) and <depends_on>\\n@modules/c.md\\n</depends_on>.\\n'
     const files = createWorkspace(memoryFiles({ '.claude/modules/a.md': text, '.claude/modules/b.md': '# B' }))
     const layer = await openLayer({ name: 'project', label: '', files })
     const path = parsePath('.claude/modules/a.md').value
     const document = createDocument({ label: path, path, layer: 'project', homePath: 'modules/a.md', text })
     const references = settleReferences(document, findReferences(document, new Set(['modules'])))
     const module = finishModule(createDraft(document), references, { bytes: 1, digest: 'x', findings: [] })
     const resolver = createResolver({ layers: [layer], folder: null })
     let made = 'refused'
     try { new Function('return 1')(); made = 'made' } catch {}
     console.log(module.name, module.title, references.length > 0, typeof resolver.resolve, made)`,
  )
  assert.deepEqual({ status, output }, { status: 0, output: 'a A true function refused\n' })
})
