/** Every English word. */
export { channels } from "./channels";
export { content } from "./content";
export { customers } from "./customers";
export { imports } from "./imports";
export { insight } from "./insight";
export { journeys } from "./journeys";
export { members } from "./members";
export { overview } from "./overview";
export { review } from "./review";
export { segments } from "./segments";
export { shell } from "./shell";
export { sources } from "./sources";
export { system } from "./system";
export { team } from "./team";
export { touch } from "./touch";
export { kit } from "@siyu/kit/words/en";
