// On a phone the menu is wider than the screen: bring the present section into it.
document.querySelector(".cabinet-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
