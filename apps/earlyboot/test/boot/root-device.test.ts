import { runScenarios } from "../support/run-scenarios.ts";
import { rootDevices } from "./scenarios/root-devices.ts";

runScenarios(rootDevices);
