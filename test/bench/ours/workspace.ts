import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Volume } from 'memfs'
import { createWorkspace, diskFiles, parsePath, type Path } from '../../../core/files.ts'
import { say } from './say.ts'

/** What is timed: how the same files of 4 KB are read, or asked for, again and again. */
const [root, side, call] = process.argv.slice(2) as [string, string, 'read' | 'stat' | 'memory']
const count = 1_000
const passes = 60
const text = 'x'.repeat(4096)
const paths = Array.from({ length: count }, (_, index) => pathOf(`a/b${index % 10}/f${index}.md`))

function pathOf(name: string): Path {
  const parsed = parsePath(name)
  if (!parsed.ok) throw new Error(parsed.diagnostic.message)
  return parsed.value
}

function placeAll(): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

interface Calls {
  read(path: Path): { readonly length: number }
  stat(path: Path): { readonly size: number } | undefined
}

function memfs(): Calls {
  const volume = new Volume()
  for (const path of paths) {
    volume.mkdirSync(`/${dirname(path)}`, { recursive: true })
    volume.writeFileSync(`/${path}`, text)
  }
  return {
    read: (path) => volume.readFileSync(`/${path}`),
    stat: (path) => volume.statSync(`/${path}`),
  }
}

/** A workspace that holds changes of its own besides. */
async function workspace(): Promise<Calls> {
  placeAll()
  const files = createWorkspace(diskFiles({ root }))
  await files.write(pathOf('a/b1/new.md'), text)
  return (side === 'view' ? files.view('one') : files).sync!
}

function pass(calls: Calls): number {
  let bytes = 0
  if (call === 'stat') for (const path of paths) bytes += calls.stat(path)?.size ?? 0
  else for (const path of paths) bytes += calls.read(path).length
  return bytes
}

const before = heldBytes()
const calls = side === 'memfs' ? memfs() : await workspace()
let bytes = pass(calls)
if (call === 'memory') {
  const mb = (heldBytes() - before) / 1e6
  // Read once more, so that nothing was given back before it was counted.
  say({ ms: 0, right: Math.min(bytes, pass(calls)), mb })
} else {
  for (let index = 0; index < 20; index++) pass(calls)
  const since = performance.now()
  for (let index = 0; index < passes; index++) bytes = pass(calls)
  const ms = performance.now() - since
  say({ ms, right: bytes, perCall: (ms / passes / count) * 1_000 })
}

function heldBytes(): number {
  for (let turn = 0; turn < 3; turn++) (globalThis as { gc?: () => void }).gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
