import { Command } from './parts.tsx'
import { linkTo, replaceRoute } from './route.ts'
import type { Shown } from './state.ts'
import { Filters, ModuleTable } from './table.tsx'

/** Every module in a table that can be searched, filtered and sorted; all of that stands in the address. */
export function Modules({ shown, query }: { readonly shown: Shown; readonly query: URLSearchParams }) {
  const go = (more: Readonly<Record<string, string>>): void =>
    replaceRoute(linkTo('modules', { ...Object.fromEntries(query), ...more }))
  return (
    <>
      <h1>Modules</h1>
      <Filters shown={shown} query={query} go={go} />
      <ModuleTable shown={shown} query={query} go={go} />
      <Command words={['graph', '--format', 'json']} />
    </>
  )
}
