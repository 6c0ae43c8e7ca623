import { memoryStore } from '@piecework/core'
import { guardLaws, jobStoreLaws } from '@piecework/testkit'
import { suite } from 'uvu'

const test = suite('store: memory')
jobStoreLaws(test, { make: memoryStore })
guardLaws(test, { make: () => memoryStore().guard })
test.run()
