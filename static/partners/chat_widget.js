"use strict";
// Umnico's loader looks for the chat's hash here.
document.umnicoWidgetHash = document.currentScript.dataset.token;
const loader = document.createElement("script");
loader.src = "https://umnico.com/assets/widget-loader.js";
loader.async = true;
document.head.append(loader);
