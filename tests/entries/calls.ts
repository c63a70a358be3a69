// The table of the call machine, for a test that walks every state against every input.
export { nextOf, actionOf } from "../../assembly/dialog/machine"
