"""Letters by e-mail: addresses, wording from templates/email/, one sender over SMTP."""
