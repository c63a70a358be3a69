// The table of the registration machine, for a test that walks every state against every input.
export { nextOf, actionOf } from "../../assembly/account/machine"
