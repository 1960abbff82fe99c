import { runScenarios } from "../support/run-scenarios.ts";
import { fileSystems } from "./scenarios/file-systems.ts";

runScenarios(fileSystems);
