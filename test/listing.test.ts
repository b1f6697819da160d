import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { listCheckout } from '../core/vfs/listing.ts'

const place = mkdtempSync(join(tmpdir(), 'heddle-listing-'))

after(() => rmSync(place, { recursive: true, force: true }))

test('a folder of a checkout lists what git shows, also by a link from elsewhere', async () => {
  const checkout = join(place, 'checkout')
  mkdirSync(join(checkout, 'docs'), { recursive: true })
  execFileSync('git', ['init', '-q'], { cwd: checkout })
  writeFileSync(join(checkout, '.gitignore'), 'draft.md\n')
  for (const name of ['kept.md', 'draft.md']) writeFileSync(join(checkout, 'docs', name), '')
  symlinkSync(join(checkout, 'docs'), join(place, 'link'))

  assert.deepEqual(await listCheckout(checkout), ['.gitignore', 'docs/kept.md'])
  assert.deepEqual(await listCheckout(join(checkout, 'docs')), ['kept.md'])
  assert.deepEqual(await listCheckout(join(place, 'link')), ['kept.md'])
})

test('git is not started where no folder upward holds a checkout', async () => {
  const mark = join(place, 'started')
  const programs = join(place, 'programs')
  mkdirSync(programs)
  writeFileSync(join(programs, 'git'), `#!/bin/sh\n: > '${mark}'\n`)
  chmodSync(join(programs, 'git'), 0o755)
  const path = process.env['PATH']
  process.env['PATH'] = programs
  try {
    mkdirSync(join(place, 'plain'))
    assert.equal(await listCheckout(join(place, 'plain')), undefined)
    assert.equal(existsSync(mark), false)
    mkdirSync(join(place, 'plain', '.git'))
    await listCheckout(join(place, 'plain'))
    assert.equal(existsSync(mark), true)
  } finally {
    process.env['PATH'] = path
  }
})
