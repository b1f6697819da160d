import { api, type PipelineStep } from './api.ts'
import { useAsked } from './asked.ts'
import { Fault } from './parts.tsx'

/** The way from a text to its module, step by step: what each plugin changed, and how long it took. */
export function Pipeline({ id, digest }: { readonly id: string; readonly digest: string }) {
  const { value: steps, fault } = useAsked(() => api.trace(id), [id, digest])
  if (fault) return <Fault fault={fault} />
  if (!steps) return <p class="nothing">Loading…</p>
  const longest = Math.max(...steps.map(({ ms }) => ms), 0.001)
  const whole = steps.reduce((sum, { ms }) => sum + ms, 0)
  return (
    <>
      <p class="soft">
        {steps.length} steps, {formatMs(whole)} in all. Measured just now, on its own.
      </p>
      <ol class="pipeline">
        {steps.map((step, index) => (
          <Step key={index} step={step} share={step.ms / longest} />
        ))}
      </ol>
    </>
  )
}

const said = {
  text: 'raw text',
  parse: 'parsed',
  references: 'references',
  validate: 'validated',
  module: 'module',
} as const

function Step({ step, share }: { readonly step: PipelineStep; readonly share: number }) {
  const { stage, plugin, ms, changes } = step
  return (
    <li class={changes.length === 0 ? 'idle' : ''}>
      <p>
        <strong>{plugin ?? said[stage]}</strong> {plugin && <span class="soft">{said[stage]}</span>}
        <span class="time">
          <meter class="share" min={0} max={1} value={share} aria-hidden="true" /> {formatMs(ms)}
        </span>
      </p>
      {changes.length === 0 && <span class="soft">left everything as it was</span>}
      <dl>
        {changes.map(({ what, before, after }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {before !== null && (
                <>
                  <del>{before}</del> →{' '}
                </>
              )}
              {after}
            </dd>
          </div>
        ))}
      </dl>
    </li>
  )
}

function formatMs(ms: number): string {
  return ms < 1 ? `${Math.round(ms * 1000)} µs` : `${ms.toFixed(1)} ms`
}
